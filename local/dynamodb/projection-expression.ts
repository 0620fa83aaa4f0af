import { type AttributeValue, attribute, copyItem, copyValue, type Item, setAttribute } from './attribute-value.ts';
import { type DocumentPath, parsePath, printPath } from './document-path.ts';
import type { TokenStream } from './expression-tokens.ts';
import type { Placeholders } from './placeholders.ts';

export function parseProjection(tokens: TokenStream, placeholders: Placeholders): DocumentPath[] {
  const paths: DocumentPath[] = [];
  do paths.push(parsePath(tokens, placeholders));
  while (tokens.takeSymbol(','));
  tokens.expectEnd();
  for (const [i, one] of paths.entries())
    for (const two of paths.slice(i + 1)) {
      const at = one.findIndex((piece, depth) => depth >= two.length || piece !== two[depth]);
      if (at < 0 || at >= two.length)
        throw tokens.error(
          'Two document paths overlap with each other; must remove or rewrite one of these paths; ' +
            `path one: ${printPath(one)}, path two: ${printPath(two)}`,
        );
    }
  return paths;
}

interface Wanted {
  whole: boolean;
  readonly members: Map<string | number, Wanted>;
}

function pick(value: AttributeValue, wanted: Wanted): AttributeValue | undefined {
  if (wanted.whole) return copyValue(value);
  if ('L' in value) {
    const indexes = [...wanted.members.keys()].filter((key) => typeof key === 'number').sort((a, b) => a - b);
    const list = indexes.flatMap((index) => {
      const member = value.L[index];
      const picked = member && pick(member, wanted.members.get(index)!);
      return picked ? [picked] : [];
    });
    return list.length > 0 ? { L: list } : undefined;
  }
  if (!('M' in value)) return undefined;
  const map: Item = {};
  for (const [name, inner] of wanted.members) {
    const member = typeof name === 'string' ? attribute(value.M, name) : undefined;
    const picked = member && pick(member, inner);
    if (picked) setAttribute(map, name as string, picked);
  }
  return Object.keys(map).length > 0 ? { M: map } : undefined;
}

/** A copy of the item with these paths only (all of it without paths); list elements close up, in order. */
export function project(item: Item, paths: readonly DocumentPath[] | undefined): Item {
  if (!paths) return copyItem(item);
  const root: Wanted = { whole: false, members: new Map() };
  for (const path of paths) {
    let at = root;
    for (const piece of path) {
      const next = at.members.get(piece) ?? { whole: false, members: new Map() };
      at.members.set(piece, next);
      at = next;
    }
    at.whole = true;
  }
  const picked = pick({ M: item }, root);
  return picked && 'M' in picked ? picked.M : {};
}
