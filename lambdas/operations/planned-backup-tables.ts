import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { plannedTableKey } from '../../core/restore-layout.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { plannedBackupTable } from './backup-plan.ts';
import { readWorkJson } from './read-work-json.ts';

const noted = z.object({
  table: plannedBackupTable,
  /** Absent: the table has no file. */
  firstPath: z.string().optional(),
});
/** A table whose plan and snapshot files are all written. */
export type PlannedBackupTableNote = z.infer<typeof noted>;

const MAX_BYTES = 1024 * 1024;

/** Notes beside the tables' plans: a plan that ran out of time goes on with the next table. */
export class PlannedBackupTables {
  readonly #objects: Pick<ObjectStore, 'get' | 'put'>;
  readonly #bucket: string;
  readonly #work: string;

  constructor(objects: Pick<ObjectStore, 'get' | 'put'>, { bucket, work }: { bucket: string; work: string }) {
    this.#objects = objects;
    this.#bucket = bucket;
    this.#work = work;
  }

  /** @throws UnknownAnswer if it is damaged */
  async find(index: number): Promise<PlannedBackupTableNote | undefined> {
    const key = plannedTableKey(this.#work, index);
    const object = await this.#objects.get(this.#bucket, key, MAX_BYTES);
    const next = 'start the backup again';
    return object && readWorkJson(noted, object.bytes, { bucket: this.#bucket, key, next });
  }

  async note(index: number, planned: PlannedBackupTableNote): Promise<void> {
    await this.#objects.put(
      this.#bucket,
      plannedTableKey(this.#work, index),
      Buffer.from(canonicalJson(planned as object)),
    );
  }
}
