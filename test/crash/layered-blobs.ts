import type { BlobStore, BlobWriter } from '../../local/s3/blob-store.ts';
import { MemoryBlobStore } from '../../local/s3/memory-blob-store.ts';

/** The bytes of a world over those of the one that it began as, which it never changes. */
export class LayeredBlobs implements BlobStore {
  readonly #below: BlobStore | undefined;
  readonly #own = new MemoryBlobStore();
  readonly #ids = new Set<string>();

  constructor(below?: BlobStore) {
    this.#below = below;
  }

  create(id: string): BlobWriter {
    this.#ids.add(id);
    return this.#own.create(id);
  }

  read(id: string, start: number, end: number): Iterable<Uint8Array> & { close(): void } {
    return this.#ids.has(id) || !this.#below ? this.#own.read(id, start, end) : this.#below.read(id, start, end);
  }

  /** Kept: a state that was taken before may name it. */
  delete(): void {}

  /** What a sweep may delete: nothing. */
  ids(): Iterable<string> {
    return [];
  }
}
