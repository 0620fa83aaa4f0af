import type { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { readVint } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { readRootEntries } from './index-entries.ts';

/** CompoundBloomFilter's meta before its comparator: version, sizes, hash, counts. */
const FIXED_BYTES = 40;

/** Compares the entries of the bloom filters' meta blocks with the chunks that passed. What the bits say is not compared. */
export class BloomCheck {
  readonly #chunks = new Map<number, number>();

  chunk(header: BlockHeader): void {
    this.#chunks.set(header.offset, header.onDiskBytes);
  }

  /** @throws HFileCorrupt */
  meta(payload: Buffer, header: BlockHeader): void {
    const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
    if (payload.length < FIXED_BYTES + 1) throw corrupt(`${payload.length} bytes are no bloom meta`);
    const version = payload.readInt32BE(0);
    if (version !== 3) throw corrupt(`version ${version} is unknown`);
    const count = payload.readInt32BE(36);
    let at: number;
    try {
      const comparator = readVint(payload, FIXED_BYTES);
      at = comparator.end + Number(comparator.value);
      if (comparator.value < 0n || at > payload.length) throw new RangeError('a comparator beyond its end');
    } catch (error) {
      throw corrupt((error as Error).message);
    }
    const { entries } = readRootEntries(payload.subarray(at), count, header);
    for (const { offset, onDiskBytes } of entries) {
      if (this.#chunks.get(offset) === onDiskBytes) continue;
      throw corrupt(`names a chunk of ${onDiskBytes} bytes at ${offset}, there is none`);
    }
  }
}
