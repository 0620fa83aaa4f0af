import { compressLines } from '../../core/compressed-lines.ts';
import type { CopyChunk } from '../../core/file-entry.ts';
import { chunkKey } from '../../core/stack-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Cuts a stream of a table's lines into numbered chunks in the work bucket. The same lines make the same chunks (I10). */
export class ChunkWriter {
  readonly #objects: Pick<ObjectStore, 'put'>;
  readonly #place: { readonly bucket: string; readonly work: string; readonly table: number };
  readonly #limit: { readonly files: number; readonly bytes: number };
  readonly #first: number;
  readonly #written: CopyChunk[] = [];
  #lines: string[] = [];
  #bytes = 0;

  constructor(
    objects: Pick<ObjectStore, 'put'>,
    place: { readonly bucket: string; readonly work: string; readonly table: number },
    first: number,
    limit: { readonly files: number; readonly bytes: number },
  ) {
    this.#objects = objects;
    this.#place = place;
    this.#first = first;
    this.#limit = limit;
  }

  async add(line: string, sizeBytes: number): Promise<void> {
    const isFull = this.#lines.length >= this.#limit.files || this.#bytes + sizeBytes > this.#limit.bytes;
    if (this.#lines.length > 0 && isFull) await this.#flush();
    this.#lines.push(line);
    this.#bytes += sizeBytes;
  }

  /** The chunks' lines for the map's index. */
  async end(): Promise<readonly CopyChunk[]> {
    if (this.#lines.length > 0) await this.#flush();
    return this.#written;
  }

  async #flush(): Promise<void> {
    const chunk = this.#first + this.#written.length;
    await this.#objects.put(this.#place.bucket, chunkKey(this.#place.work, chunk), compressLines(this.#lines));
    this.#written.push({ chunk, table: this.#place.table, files: this.#lines.length, bytes: this.#bytes });
    this.#lines = [];
    this.#bytes = 0;
  }
}
