import { Buffer } from 'node:buffer';
import { int32 } from './cell-order.ts';
import { CELL_TYPES } from './cell-type.ts';

const NO_PUT = 0x7fffffffffffffffn;

/** What a file's info says of all its cells, gathered as they pass. */
export class CellFacts {
  cells = 0;
  keyBytes = 0;
  valueBytes = 0;
  maxTagBytes = 0;
  maxMvcc = 0;
  deleteFamilies = 0;
  readonly #timestamps = new TimestampRange();
  readonly #puts = new TimestampRange();

  /** @param keyEnd of checked key bytes in `bytes` */
  add(bytes: Uint8Array, keyEnd: number, keyBytes: number, valueBytes: number, tagBytes: number, mvcc: number): void {
    const type = bytes[keyEnd - 1]!;
    const high = int32(bytes, keyEnd - 9) >>> 0;
    const low = int32(bytes, keyEnd - 5) >>> 0;
    this.cells++;
    this.keyBytes += keyBytes;
    this.valueBytes += valueBytes;
    if (tagBytes > this.maxTagBytes) this.maxTagBytes = tagBytes;
    if (mvcc > this.maxMvcc) this.maxMvcc = mvcc;
    this.#timestamps.add(high, low);
    if (type === CELL_TYPES.Put) this.#puts.add(high, low);
    else if (type === CELL_TYPES.DeleteFamily || type === CELL_TYPES.DeleteFamilyVersion) this.deleteFamilies++;
    // These two hide everything up to their timestamp, so a scan of an older time needs this file too.
    if (type === CELL_TYPES.DeleteFamily || type === CELL_TYPES.DeleteColumn) this.#timestamps.add(0, 0);
  }

  /** TIMERANGE: int64 least, int64 greatest. */
  timeRange(): Buffer {
    return Buffer.concat([int64(this.#timestamps.least() ?? NO_PUT), int64(this.#timestamps.greatest() ?? -1n)]);
  }

  earliestPut(): Buffer {
    return int64(this.#puts.least() ?? NO_PUT);
  }
}

/** Least and greatest of 64-bit numbers that come as two unsigned halves: BigInts would be made for every cell. */
class TimestampRange {
  #leastHigh = 0xffffffff;
  #leastLow = 0xffffffff;
  #greatestHigh = -1;
  #greatestLow = 0;

  add(high: number, low: number): void {
    if (high < this.#leastHigh || (high === this.#leastHigh && low < this.#leastLow)) {
      this.#leastHigh = high;
      this.#leastLow = low;
    }
    if (high > this.#greatestHigh || (high === this.#greatestHigh && low > this.#greatestLow)) {
      this.#greatestHigh = high;
      this.#greatestLow = low;
    }
  }

  least(): bigint | undefined {
    return this.#greatestHigh < 0 ? undefined : (BigInt(this.#leastHigh) << 32n) | BigInt(this.#leastLow);
  }

  greatest(): bigint | undefined {
    return this.#greatestHigh < 0 ? undefined : (BigInt(this.#greatestHigh) << 32n) | BigInt(this.#greatestLow);
  }
}

export function int64(value: bigint): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
