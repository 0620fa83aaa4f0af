import type { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { readBloomMeta } from './bloom-filter.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

/** Compares the entries of the bloom filters' meta blocks with the chunks that passed. What the bits say is not compared. */
export class BloomCheck {
  readonly #chunks = new Map<number, number>();

  chunk(header: BlockHeader): void {
    this.#chunks.set(header.offset, header.onDiskBytes);
  }

  /** @throws HFileCorrupt */
  meta(payload: Buffer, header: BlockHeader): void {
    for (const { offset, onDiskBytes } of readBloomMeta(payload, header).chunks) {
      if (this.#chunks.get(offset) === onDiskBytes) continue;
      const reason = `names a chunk of ${onDiskBytes} bytes at ${offset}, there is none`;
      throw new HFileCorrupt(`${header.type} block`, header.offset, reason);
    }
  }
}
