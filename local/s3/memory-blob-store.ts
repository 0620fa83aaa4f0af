import type { BlobStore, BlobWriter } from './blob-store.ts';

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<string, Buffer>();

  create(id: string): BlobWriter {
    let chunks: Uint8Array[] = [];
    return {
      // A copy: the caller may use its buffer again.
      write: (chunk) => void chunks.push(Uint8Array.prototype.slice.call(chunk)),
      finish: () => {
        this.#blobs.set(id, Buffer.concat(chunks));
        chunks = [];
      },
      abandon: () => {
        chunks = [];
      },
    };
  }

  read(id: string, start: number, end: number): Iterable<Uint8Array> & { close(): void } {
    const blob = this.#blobs.get(id);
    if (!blob) throw new Error(`blob ${id} is missing`);
    return Object.assign([blob.subarray(start, end)], { close: () => {} });
  }

  delete(id: string): void {
    this.#blobs.delete(id);
  }

  ids(): Iterable<string> {
    return this.#blobs.keys();
  }
}
