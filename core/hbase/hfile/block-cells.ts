import { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { int32 } from './cell-order.ts';
import { isCellType } from './cell-type.ts';
import { vintLength } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { LEAST_KEY_BYTES } from './key-order.ts';

/** How the cells of a file are laid out, from its file info. */
export interface CellLayout {
  readonly hasTags: boolean;
  /** In encoded blocks the tags are references to a dictionary. */
  readonly hasCompressedTags: boolean;
  /** `none`; `zero`: always one zero byte, which HBase skips unread; `vint`. */
  readonly mvcc: 'none' | 'zero' | 'vint';
  /** False for hbase:meta, whose rows have an order of their own. */
  readonly isOrdered: boolean;
}

/** Goes through the cells of a plain data block; every length is compared with the block before it is used. */
export class BlockCells {
  bytes: Buffer = Buffer.alloc(0);
  /** The cell is `bytes[at, end)` as CellCursor has it, its key `[keyAt, keyEnd)`. */
  at = 0;
  keyAt = 0;
  keyEnd = 0;
  end = 0;
  /** Where its mvcc begins, unread; `nextAt` if there is none. */
  mvccAt = 0;
  nextAt = 0;
  readonly #hasTags: boolean;
  readonly #mvcc: CellLayout['mvcc'];
  #header: BlockHeader | undefined;

  constructor({ hasTags, mvcc }: CellLayout) {
    this.#hasTags = hasTags;
    this.#mvcc = mvcc;
  }

  open(payload: Buffer, header: BlockHeader): void {
    this.bytes = payload;
    this.#header = header;
    this.nextAt = 0;
  }

  /** False behind the last cell. @throws HFileCorrupt */
  next(): boolean {
    const b = this.bytes;
    const at = this.nextAt;
    if (at >= b.length) return false;
    this.at = at;
    if (at + 8 + LEAST_KEY_BYTES > b.length) throw this.corrupt('ends inside the lengths or the key');
    const keyBytes = int32(b, at);
    const valueBytes = int32(b, at + 4);
    const keyAt = at + 8;
    const keyEnd = keyAt + keyBytes;
    let p = keyEnd + valueBytes;
    if (keyBytes < LEAST_KEY_BYTES || valueBytes < 0 || p > b.length)
      throw this.corrupt(`a key of ${keyBytes} and a value of ${valueBytes} bytes`);
    const familyAt = keyAt + 2 + ((b[keyAt]! << 8) | b[keyAt + 1]!);
    // Row lengths are Java's signed shorts, family lengths its signed bytes.
    if (b[keyAt]! > 127 || familyAt + 10 > keyEnd || b[familyAt]! > 127 || familyAt + 10 + b[familyAt]! > keyEnd)
      throw this.corrupt('row or family beyond the key');
    if (b[keyEnd - 9]! > 127) throw this.corrupt('a negative timestamp');
    if (!isCellType(b[keyEnd - 1]!)) throw this.corrupt(`type ${b[keyEnd - 1]}`);
    this.keyAt = keyAt;
    this.keyEnd = keyEnd;
    this.end = p;
    if (this.#hasTags) {
      p = this.#endOfTags(p);
      if (p > this.end + 2) this.end = p;
    }
    this.mvccAt = p;
    this.nextAt = this.#mvcc === 'none' ? p : this.#endOfMvcc(p);
    return true;
  }

  /** Sequence id of the cell; 0 where the file has none. @throws HFileCorrupt unless it is a safe integer */
  mvcc(): number {
    const b = this.bytes;
    const at = this.mvccAt;
    if (at === this.nextAt) return 0;
    if (b[at]! < 128) return b[at]!;
    let value = 0;
    for (let i = at + 1; i < this.nextAt; i++) value = value * 256 + b[i]!;
    // Below -120 the vint is negative, one byte down to -112 too.
    if (b[at]! < 136 || this.nextAt === at + 1 || value > Number.MAX_SAFE_INTEGER) throw this.corrupt('a strange mvcc');
    return value;
  }

  corrupt(reason: string): HFileCorrupt {
    const { type, offset } = this.#header!;
    return new HFileCorrupt(`${type} block`, offset, `cell at byte ${this.at} of its payload: ${reason}`);
  }

  #endOfTags(p: number): number {
    const b = this.bytes;
    if (p + 2 > b.length) throw this.corrupt('ends before its tags');
    const end = p + 2 + ((b[p]! << 8) | b[p + 1]!);
    if (end > b.length) throw this.corrupt('ends inside its tags');
    let i = p + 2;
    while (i < end) {
      const length = i + 2 > end ? 0 : (b[i]! << 8) | b[i + 1]!;
      i += 2 + length;
      if (length === 0 || i > end) throw this.corrupt('a tag that does not fit');
    }
    return end;
  }

  #endOfMvcc(p: number): number {
    const b = this.bytes;
    const end = p < b.length ? p + vintLength((b[p]! << 24) >> 24) : p + 1;
    if (end > b.length) throw this.corrupt('ends inside its mvcc');
    if (this.#mvcc === 'zero' && b[p] !== 0) throw this.corrupt('an mvcc, but MAX_MEMSTORE_TS_KEY is 0');
    return end;
  }
}
