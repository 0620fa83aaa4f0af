import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { CopyChunk } from '../../core/file-entry.ts';
import { plannedTableKey } from '../../core/restore-layout.ts';
import { count } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWorkJson } from './read-work-json.ts';

const plannedTable = z.object({
  files: count,
  bytes: count,
  /** The table of that name is in the target already: the finishing command replaces it. */
  replaces: z.boolean(),
  /** Bytes that a verification reads. */
  readBytes: count,
  chunks: z.array(z.object({ chunk: count, table: count, files: count, bytes: count })),
});
export type PlannedTable = z.infer<typeof plannedTable>;

/** 100,000 chunks of a table (a hundred million files) are 6 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Notes of the tables whose chunks are all in the work bucket: a plan that ran out of time goes on with the next table.
 */
export class PlannedTables {
  readonly #objects: ObjectStore;
  readonly #bucket: string;
  readonly #work: string;

  constructor(objects: ObjectStore, bucket: string, work: string) {
    this.#objects = objects;
    this.#bucket = bucket;
    this.#work = work;
  }

  /** @throws UnknownAnswer if it is damaged */
  async find(table: number): Promise<PlannedTable | undefined> {
    const key = plannedTableKey(this.#work, table);
    const object = await this.#objects.get(this.#bucket, key, MAX_BYTES);
    return object && readWorkJson(plannedTable, object.bytes, { bucket: this.#bucket, key, next: 'start it again' });
  }

  /** @throws UnknownAnswer if there is none, or it is damaged */
  async read(table: number): Promise<PlannedTable> {
    const planned = await this.find(table);
    if (planned === undefined)
      throw new UnknownAnswer(`table ${table} of ${this.#work} is not planned`, 'start it again');
    return planned;
  }

  async note(table: number, planned: PlannedTable): Promise<void> {
    const text = canonicalJson(planned);
    await this.#objects.put(this.#bucket, plannedTableKey(this.#work, table), Buffer.from(text));
  }
}

/** The lines that a Distributed Map reads, one a child. */
export const indexLines = (chunks: readonly CopyChunk[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `${canonicalJson(chunk)}\n`).join(''));
