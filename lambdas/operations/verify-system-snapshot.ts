import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { readSystemSnapshot } from './read-system-snapshot.ts';
import { stepEntry } from './step-entry.ts';

/** {@link verifySystemSnapshotContract} @throws SystemSnapshotDamaged: nothing is destroyed then */
export const verifySystemSnapshot =
  (ports: { table: Pick<SystemTable, 'readControl'>; objects: ObjectStore }, config: { SYSTEM_BUCKET: string }) =>
  async (input: { root: string; sessionId: string; epoch: number }): Promise<{ items: number }> => {
    const { flag } = await stepEntry(ports.table, input);
    return { items: await readSystemSnapshot(ports.objects, config.SYSTEM_BUCKET, flag.snapshot) };
  };
