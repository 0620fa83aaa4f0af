import { canonicalJson } from './canonical-json.ts';
import { TextDigest } from './digest.ts';
import { UnknownAnswer } from './errors/platform-errors.ts';
import { CONTROL, type Item } from './items.ts';

/** One line of a system snapshot: canonical JSON of an item, with its line break. */
export const snapshotLine = (item: Item): string => `${canonicalJson(item)}\n`;

/** The items of a system snapshot's bytes, in key order, with the digest and count once all were read. */
export class SystemSnapshotReader {
  readonly #pieces: AsyncIterable<Uint8Array>;
  readonly #digest = new TextDigest();
  #items = 0;

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** @throws UnknownAnswer for a line that is no item */
  async *items(): AsyncIterable<Item> {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    let rest = '';
    for await (const piece of this.#pieces) {
      const text = rest + decoder.decode(piece, { stream: true });
      const lines = text.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) yield this.#item(line);
    }
    if (rest !== '') yield this.#item(rest);
  }

  /** Of what was read so far. */
  result(): { readonly items: number; readonly sha256: string } {
    return { items: this.#items, sha256: this.#digest.hex() };
  }

  #item(line: string): Item {
    this.#digest.update(`${line}\n`);
    this.#items++;
    try {
      return JSON.parse(line) as Item;
    } catch {
      throw new UnknownAnswer(`line ${this.#items} of the system snapshot is no JSON`, 'holdfast describe');
    }
  }
}

/** What brings the root's items back to the snapshot: in key order, the control item left out (it is the fence itself). */
export type ItemDifference = { readonly put: Item } | { readonly remove: Item };

/** By UTF-8 bytes, as DynamoDB orders sort keys. */
const byKey = (a: Item, b: Item): number => Buffer.compare(Buffer.from(a.sk), Buffer.from(b.sk));

/**
 * Streams two sides in key order and yields what must be put (missing or different) and removed (created since) to make
 * `now` equal to `snapshot` (I4).
 */
export async function* itemDifferences(
  snapshot: AsyncIterable<Item>,
  now: AsyncIterable<Item>,
): AsyncIterable<ItemDifference> {
  const left = withoutControl(snapshot)[Symbol.asyncIterator]();
  const right = withoutControl(now)[Symbol.asyncIterator]();
  let a = await left.next();
  let b = await right.next();
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : byKey(a.value, b.value);
    if (order < 0) yield { put: a.value };
    else if (order > 0) yield { remove: b.value };
    else if (canonicalJson(a.value) !== canonicalJson(b.value)) yield { put: a.value };
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
}

async function* withoutControl(items: AsyncIterable<Item>): AsyncIterable<Item> {
  for await (const item of items) if (item.sk !== CONTROL) yield item;
}
