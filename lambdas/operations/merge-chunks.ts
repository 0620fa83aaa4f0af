import { canonicalJson } from '../../core/canonical-json.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type MergeTask, putMergeChunk } from './merge-plan.ts';

/** A child merges at most so much: at some 50 MB a second it is done in a few minutes. */
const CHUNK = { bytes: 2 << 30, tasks: 100 };

/** Writes what is merged in chunks of bounded size, in the order of the tasks. */
export class MergeChunks {
  readonly #objects: Pick<ObjectStore, 'put'>;
  readonly #place: { readonly bucket: string; readonly work: string };
  readonly #index: string[] = [];
  #chunk: MergeTask[] = [];
  #bytes = 0;
  tasks = 0;

  constructor(objects: Pick<ObjectStore, 'put'>, place: { readonly bucket: string; readonly work: string }) {
    this.#objects = objects;
    this.#place = place;
  }

  async add(task: MergeTask): Promise<void> {
    this.tasks++;
    this.#chunk.push(task);
    this.#bytes += task.segments.reduce((sum, { length }) => sum + length, 0);
    if (this.#bytes >= CHUNK.bytes || this.#chunk.length === CHUNK.tasks) await this.#put();
  }

  /** Lines of the map's index, one a chunk. */
  async end(): Promise<readonly string[]> {
    if (this.#chunk.length > 0) await this.#put();
    return this.#index;
  }

  async #put(): Promise<void> {
    const chunk = this.#index.length;
    await putMergeChunk(this.#objects, this.#place, chunk, this.#chunk);
    this.#index.push(`${canonicalJson({ chunk, tasks: this.#chunk.length, bytes: this.#bytes })}\n`);
    this.#chunk = [];
    this.#bytes = 0;
  }
}
