import { type AttributeValue, attribute, type Item, setAttribute } from './attribute-value.ts';
import { validation } from './errors.ts';
import type { TokenStream } from './expression-tokens.ts';
import type { Placeholders } from './placeholders.ts';
import { isReservedWord } from './reserved-words.ts';

/** `a.b[0]`: an attribute, then names of map members and indexes of list elements. */
export type DocumentPath = readonly [string, ...(string | number)[]];

const maxDepth = 32;

export function parsePath(tokens: TokenStream, placeholders: Placeholders): DocumentPath {
  const name = () => {
    const token = tokens.peek();
    if (token.kind === 'name') {
      tokens.take();
      return placeholders.name(token.text, tokens);
    }
    if (token.kind !== 'word') throw tokens.unexpected();
    if (isReservedWord(token.text))
      throw tokens.error(`Attribute name is a reserved keyword; reserved keyword: ${token.text}`);
    tokens.take();
    return token.text;
  };
  const path: [string, ...(string | number)[]] = [name()];
  for (;;) {
    if (tokens.takeSymbol('.')) path.push(name());
    else if (tokens.takeSymbol('[')) {
      if (tokens.peek().kind !== 'index') throw tokens.unexpected();
      const index = Number(tokens.take().text);
      if (!Number.isSafeInteger(index)) throw tokens.error('List index is not within the allowable range');
      path.push(index);
      tokens.expectSymbol(']');
    } else break;
  }
  if (path.length > maxDepth) throw tokens.error('The document path has too many nesting elements');
  return path;
}

export const printPath = (path: DocumentPath): string =>
  `[${path.map((piece) => (typeof piece === 'number' ? `[${piece}]` : piece)).join(', ')}]`;

export const samePath = (a: DocumentPath, b: DocumentPath): boolean =>
  a.length === b.length && a.every((piece, i) => piece === b[i]);

const step = (value: AttributeValue, piece: string | number): AttributeValue | undefined =>
  typeof piece === 'number'
    ? 'L' in value
      ? value.L[piece]
      : undefined
    : 'M' in value
      ? attribute(value.M, piece)
      : undefined;

export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const piece of path) {
    value = step(value, piece);
    if (!value) return undefined;
  }
  return value;
}

function parentOf(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const piece of path.slice(0, -1)) value = value && step(value, piece);
  const last = path[path.length - 1]!;
  return value && (typeof last === 'number' ? 'L' in value : 'M' in value) ? value : undefined;
}

const invalidPath = () => validation('The document path provided in the update expression is invalid for update');

/** An index past the end of a list appends. */
export function setAt(item: Item, path: DocumentPath, value: AttributeValue): void {
  const parent = parentOf(item, path);
  const last = path[path.length - 1]!;
  if (!parent) throw invalidPath();
  if ('L' in parent) parent.L[Math.min(last as number, parent.L.length)] = value;
  else if ('M' in parent) setAttribute(parent.M, last as string, value);
}

/** Removes a map's member; an element of a list is only answered, so that later paths of one expression keep their meaning. */
export function removeAt(item: Item, path: DocumentPath): { list: AttributeValue[]; index: number } | undefined {
  const parent = parentOf(item, path);
  const last = path[path.length - 1]!;
  if (!parent) throw invalidPath();
  if ('L' in parent) return { list: parent.L, index: last as number };
  if ('M' in parent) delete parent.M[last as string];
  return undefined;
}
