import { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { BlockCells, type CellLayout } from './block-cells.ts';
import { compareKeys } from './key-order.ts';

/** Walks the cells of a file's data blocks in turn: what BlockCells checks, and their order and one family. */
export class CellWalk {
  cells = 0;
  firstKey: Buffer | undefined;
  lastKey: Buffer | undefined;
  family: Buffer | undefined;
  readonly #isOrdered: boolean;
  readonly #cursor: BlockCells;

  constructor(layout: CellLayout) {
    this.#isOrdered = layout.isOrdered;
    this.#cursor = new BlockCells(layout);
  }

  /** The first key of the block. @throws HFileCorrupt */
  block(b: Buffer, header: BlockHeader): Buffer {
    const cursor = this.#cursor;
    cursor.open(b, header);
    if (!cursor.next()) throw cursor.corrupt('no cells');
    const first = Buffer.from(b.subarray(cursor.keyAt, cursor.keyEnd));
    this.#checkFamily(first);
    let previous: Uint8Array | undefined = this.lastKey;
    let previousAt = 0;
    let previousEnd = previous?.length ?? 0;
    let cells = 0;
    do {
      const { keyAt, keyEnd } = cursor;
      if (
        previous !== undefined &&
        this.#isOrdered &&
        compareKeys(previous, previousAt, previousEnd, b, keyAt, keyEnd) > 0
      )
        throw cursor.corrupt('a key that is less than the one before it');
      previous = b;
      previousAt = keyAt;
      previousEnd = keyEnd;
      cells++;
    } while (cursor.next());
    this.cells += cells;
    this.firstKey ??= first;
    // A copy, for the block's memory is given back.
    this.lastKey = Buffer.from(b.subarray(previousAt, previousEnd));
    this.#checkFamily(this.lastKey);
    return first;
  }

  /** Families sort before columns, so that the first and the last cell of a block tell of all between. */
  #checkFamily(key: Buffer): void {
    const at = 2 + key.readUInt16BE(0);
    const family = key.subarray(at + 1, at + 1 + key[at]!);
    this.family ??= Buffer.from(family);
    if (!this.family.equals(family)) throw this.#cursor.corrupt(`family ${family} in a file of family ${this.family}`);
  }
}
