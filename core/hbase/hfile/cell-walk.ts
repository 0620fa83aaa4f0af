import { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { vintLength } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { compareKeys } from './key-order.ts';

/** How the cells of a file are laid out, from its file info. */
export interface CellLayout {
  readonly hasTags: boolean;
  /** `none`; `zero`: always one zero byte, which HBase skips unread; `vint`. */
  readonly mvcc: 'none' | 'zero' | 'vint';
  /** False for hbase:meta, whose rows have an order of their own. */
  readonly isOrdered: boolean;
}

/** Minimum 0, Put 4, Delete 8, DeleteFamilyVersion 10, DeleteColumn 12, DeleteFamily 14, Maximum 255. */
const TYPES = new Uint8Array(256);
for (const type of [0, 4, 8, 10, 12, 14, 255]) TYPES[type] = 1;

/** Least key: lengths of row and family, timestamp, type. */
const LEAST_KEY = 12;

/** Walks the cells of a file's data blocks in turn: lengths, types, order, one family, tags, mvcc. */
export class CellWalk {
  cells = 0;
  firstKey: Buffer | undefined;
  lastKey: Buffer | undefined;
  family: Buffer | undefined;
  readonly #layout: CellLayout;

  constructor(layout: CellLayout) {
    this.#layout = layout;
  }

  /** The first key of the block. @throws HFileCorrupt */
  block(b: Buffer, header: BlockHeader): Buffer {
    const { hasTags, mvcc, isOrdered } = this.#layout;
    let previous: Uint8Array | undefined = this.lastKey;
    let previousAt = 0;
    let previousEnd = previous?.length ?? 0;
    let first: Buffer | undefined;
    let p = 0;
    while (p < b.length) {
      const at = p;
      if (p + 8 + LEAST_KEY > b.length) throw corrupt(header, at, 'ends inside the lengths or the key');
      const keyBytes = int32(b, p);
      const valueBytes = int32(b, p + 4);
      const keyAt = p + 8;
      const keyEnd = keyAt + keyBytes;
      p = keyEnd + valueBytes;
      if (keyBytes < LEAST_KEY || valueBytes < 0 || p > b.length) {
        throw corrupt(header, at, `a key of ${keyBytes} and a value of ${valueBytes} bytes`);
      }
      checkKey(b, keyAt, keyEnd, header, at);
      if (hasTags) p = endOfTags(b, p, header, at);
      if (mvcc !== 'none') p = endOfMvcc(b, p, mvcc, header, at);
      if (first === undefined) {
        first = Buffer.from(b.subarray(keyAt, keyEnd));
        this.#checkFamily(b, keyAt, header, at);
      }
      if (previous !== undefined && isOrdered && compareKeys(previous, previousAt, previousEnd, b, keyAt, keyEnd) > 0) {
        throw corrupt(header, at, 'a key that is less than the one before it');
      }
      previous = b;
      previousAt = keyAt;
      previousEnd = keyEnd;
      this.cells++;
    }
    if (first === undefined || previous === undefined) throw corrupt(header, 0, 'no cells');
    this.firstKey ??= first;
    // A copy, for the block's memory is given back.
    this.lastKey = Buffer.from(previous.subarray(previousAt, previousEnd));
    this.#checkFamily(this.lastKey, 0, header, b.length);
    return first;
  }

  /** Once at each end of a block: in between the order has rows ascend, so a stray family shows where it is checked or not at all. */
  #checkFamily(b: Uint8Array, keyAt: number, header: BlockHeader, at: number): void {
    const lengthAt = keyAt + 2 + ((b[keyAt]! << 8) | b[keyAt + 1]!);
    const family = Buffer.from(b.subarray(lengthAt + 1, lengthAt + 1 + b[lengthAt]!));
    this.family ??= family;
    if (!family.equals(this.family)) throw corrupt(header, at, `family ${family} in a file of family ${this.family}`);
  }
}

function checkKey(b: Uint8Array, keyAt: number, keyEnd: number, header: BlockHeader, at: number): void {
  const familyAt = keyAt + 2 + ((b[keyAt]! << 8) | b[keyAt + 1]!);
  if (familyAt + 10 > keyEnd || familyAt + 1 + b[familyAt]! + 9 > keyEnd)
    throw corrupt(header, at, 'row or family beyond the key');
  if (b[keyEnd - 9]! > 127) throw corrupt(header, at, 'a negative timestamp');
  if (TYPES[b[keyEnd - 1]!] === 0) throw corrupt(header, at, `type ${b[keyEnd - 1]}`);
}

function endOfTags(b: Uint8Array, p: number, header: BlockHeader, at: number): number {
  if (p + 2 > b.length) throw corrupt(header, at, 'ends before its tags');
  const end = p + 2 + ((b[p]! << 8) | b[p + 1]!);
  if (end > b.length) throw corrupt(header, at, 'ends inside its tags');
  let i = p + 2;
  while (i < end) {
    const length = i + 2 > end ? 0 : (b[i]! << 8) | b[i + 1]!;
    i += 2 + length;
    if (length === 0 || i > end) throw corrupt(header, at, 'a tag that does not fit');
  }
  return end;
}

function endOfMvcc(b: Uint8Array, p: number, mvcc: 'zero' | 'vint', header: BlockHeader, at: number): number {
  const end = p < b.length ? p + vintLength((b[p]! << 24) >> 24) : p + 1;
  if (end > b.length) throw corrupt(header, at, 'ends inside its mvcc');
  if (mvcc === 'zero' && b[p] !== 0) throw corrupt(header, at, 'an mvcc, but MAX_MEMSTORE_TS_KEY is 0');
  return end;
}

function int32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
}

function corrupt(header: BlockHeader, at: number, reason: string): HFileCorrupt {
  return new HFileCorrupt(`${header.type} block`, header.offset, `cell at byte ${at} of its payload: ${reason}`);
}
