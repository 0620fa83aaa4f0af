import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { OutOfTime, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { CopyChunk } from '../../core/file-entry.ts';
import { plannedTableKey } from '../../core/restore-layout.ts';
import { indexKey } from '../../core/stack-layout.ts';
import { count } from '../contracts/fields.ts';
import { restorePlan, targetShows } from '../contracts/table-to-restore.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { ChunkWriter } from './chunk-writer.ts';
import { readWorkJson } from './read-work-json.ts';

const plannedTable = z.object({
  files: count,
  bytes: count,
  /** The table of that name is in the target already: the finishing command replaces it. */
  replaces: z.boolean(),
  /** Bytes that a verification reads. */
  readBytes: count,
  /** Of a restore. */
  restore: z.object({ ...restorePlan.shape, shows: targetShows }).optional(),
  chunks: z.array(z.object({ chunk: count, table: count, files: count, bytes: count })),
});
export type PlannedTable = z.infer<typeof plannedTable>;

/** What a planning step answers. */
export interface Planned {
  readonly tables: number;
  readonly files: number;
  readonly bytes: number;
  readonly chunks: number;
  readonly indexKey: string;
}

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

  /**
   * Plans table after table; those that an earlier try has noted are taken as they are. Then writes the index that the
   * map reads. `plan` is given the tables before it, and where its chunks go.
   * @throws OutOfTime (goes on with the next table), and what `plan` throws
   */
  async planEach<T>(
    tables: readonly T[],
    map: 'place' | 'verify',
    limit: { readonly files: number; readonly bytes: number },
    isLate: () => boolean,
    plan: (table: T, chunks: ChunkWriter, before: readonly PlannedTable[]) => Promise<PlannedTable>,
  ): Promise<Planned> {
    const planned: PlannedTable[] = [];
    for (const [table, item] of tables.entries()) {
      const done = await this.find(table);
      if (done !== undefined) {
        planned.push(done);
        continue;
      }
      if (isLate()) throw new OutOfTime(`planned ${table} of ${tables.length} tables`, 'it goes on by itself');
      const place = { bucket: this.#bucket, work: this.#work, table };
      const first = planned.reduce((sum, { chunks }) => sum + chunks.length, 0);
      planned.push(await plan(item, new ChunkWriter(this.#objects, place, first, limit), planned));
      await this.#note(table, planned[table]!);
    }
    const all = planned.flatMap(({ chunks }) => chunks);
    const key = indexKey(this.#work, map);
    await this.#objects.put(this.#bucket, key, indexLines(all));
    const sum = (of: (table: PlannedTable) => number) => planned.reduce((total, table) => total + of(table), 0);
    const [files, bytes] = [sum((table) => table.files), sum((table) => table.bytes)];
    return { tables: planned.length, files, bytes, chunks: all.length, indexKey: key };
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

  async #note(table: number, planned: PlannedTable): Promise<void> {
    const text = canonicalJson(planned);
    await this.#objects.put(this.#bucket, plannedTableKey(this.#work, table), Buffer.from(text));
  }
}

/** The lines that a Distributed Map reads, one a child. */
const indexLines = (chunks: readonly CopyChunk[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `${canonicalJson(chunk)}\n`).join(''));
