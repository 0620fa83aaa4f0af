import type { BlockHeader } from './block.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import type { IndexEntry } from './index-entries.ts';
import { compareKeys, isKey } from './key-order.ts';

/** A block that an index entry has to name: its place, and what is known of its keys (nothing, where they are encoded). */
interface Child {
  readonly offset: number;
  readonly onDiskBytes: number;
  readonly firstKey: Uint8Array | undefined;
  readonly previousLastKey: Uint8Array | undefined;
}

/** Children of one level, in order; those before `taken` are named. */
interface Waiting {
  children: Child[];
  taken: number;
  bytes: number;
}

/** Keys of blocks that wait for their index: a leaf is due every 128 kB of them, what is above leaves at the end. */
const MAX_WAITING_BYTES = 64 << 20;
const MAX_WAITING_LEAF_BYTES = 256 << 20;

/**
 * Compares the data index with the blocks as they pass, level by level, in the memory of one leaf: a leaf names the data
 * blocks since the last one, an intermediate block leaves, the root whatever is left.
 */
export class IndexCheck {
  /** waiting[0]: data blocks; waiting[1]: leaves; above: intermediate blocks. */
  readonly #waiting: Waiting[] = [];
  #isFirst = true;

  data(header: BlockHeader, firstKey: Uint8Array | undefined, previousLastKey: Uint8Array | undefined): void {
    this.#add(0, { offset: header.offset, onDiskBytes: header.onDiskBytes, firstKey, previousLastKey });
  }

  /** A leaf or intermediate block. @throws HFileCorrupt */
  nonRoot(header: BlockHeader, entries: readonly IndexEntry[]): void {
    const level = header.type === 'leaf index' ? 0 : this.#lowest(1);
    this.#take(level, entries, header);
    const { offset, onDiskBytes } = header;
    const firstKey = entries[0] && Uint8Array.from(entries[0].key);
    this.#add(level + 1, { offset, onDiskBytes, firstKey, previousLastKey: undefined });
  }

  /** The root; answers how many levels the index has. @throws HFileCorrupt */
  root(header: BlockHeader, entries: readonly IndexEntry[]): number {
    const level = this.#lowest(0);
    this.#take(level, entries, header);
    const missing = this.#waiting.map(({ children, taken }) => children[taken]).find((child) => child !== undefined);
    if (missing !== undefined)
      throw new HFileCorrupt('root index block', header.offset, `no entry for the block at ${missing.offset}`);
    return level + 1;
  }

  #take(level: number, entries: readonly IndexEntry[], header: BlockHeader): void {
    const waiting = this.#waiting[level] ?? { children: [], taken: 0, bytes: 0 };
    for (const [i, entry] of entries.entries()) {
      const child = waiting.children[waiting.taken];
      const corrupt = (reason: string) =>
        new HFileCorrupt(`${header.type} block`, header.offset, `entry ${i}: ${reason}`);
      if (child?.offset !== entry.offset || child.onDiskBytes !== entry.onDiskBytes) {
        const is = child === undefined ? 'none is left' : `${child.onDiskBytes} bytes at ${child.offset} is next`;
        throw corrupt(`names a block of ${entry.onDiskBytes} bytes at ${entry.offset}, but ${is}`);
      }
      waiting.bytes -= bytesOf(child);
      // Taken out from the front in steps, for each step moves all that remain.
      if (++waiting.taken * 2 > waiting.children.length) {
        waiting.children = waiting.children.slice(waiting.taken);
        waiting.taken = 0;
      }
      if (child.firstKey === undefined) continue;
      const fits = level === 0 ? this.#fitsBlock(entry.key, child) : sameBytes(entry.key, child.firstKey);
      if (!fits) throw corrupt('its key does not lead to its block');
    }
  }

  /** `last key of the block before <= entry key <= first key of the block`; of the very first block exactly its first key. */
  #fitsBlock(key: Uint8Array, { firstKey, previousLastKey }: Child): boolean {
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    if (isFirst) return sameBytes(key, firstKey!);
    if (!isKey(key) || compareKeys(key, 0, key.length, firstKey!, 0, firstKey!.length) > 0) return false;
    return (
      previousLastKey === undefined || compareKeys(previousLastKey, 0, previousLastKey.length, key, 0, key.length) <= 0
    );
  }

  #add(level: number, child: Child): void {
    this.#waiting[level] ??= { children: [], taken: 0, bytes: 0 };
    const waiting = this.#waiting[level];
    waiting.children.push(child);
    waiting.bytes += bytesOf(child);
    if (waiting.bytes <= (level === 0 ? MAX_WAITING_BYTES : MAX_WAITING_LEAF_BYTES)) return;
    throw new HFileCorrupt(level === 0 ? 'data block' : 'leaf index block', child.offset, 'blocks without an index');
  }

  #lowest(from: number): number {
    const found = this.#waiting.findIndex(({ children, taken }, level) => level >= from && taken < children.length);
    return found < 0 ? from : found;
  }
}

function bytesOf({ firstKey, previousLastKey }: Child): number {
  return 64 + (firstKey?.length ?? 0) + (previousLastKey?.length ?? 0);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
