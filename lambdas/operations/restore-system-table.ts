import { Fenced } from '../../core/errors/flag-errors.ts';
import type { Item } from '../../core/items.ts';
import { itemDifferences } from '../../core/system-snapshot.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { systemSnapshotItems } from './read-system-snapshot.ts';
import { stepEntry } from './step-entry.ts';

/** Puts and deletes of a transaction beside its condition. */
const CHUNK = 99;

/**
 * {@link restoreSystemTableContract}: both sides streamed in key order, only differing items written, each chunk under
 * the fence (I2, †fenceRestore); items that the session created are removed (†restoreDeletes). Safe to repeat.
 */
export const restoreSystemTable =
  (ports: { table: SystemTable; objects: ObjectStore }, config: { SYSTEM_BUCKET: string }) =>
  async (input: { root: string; sessionId: string; epoch: number }) => {
    const { flag, held } = await stepEntry(ports.table, input);
    const snapshot = systemSnapshotItems(ports.objects, config.SYSTEM_BUCKET, flag.snapshot);
    let [put, removed] = [0, 0];
    let puts: Item[] = [];
    let removes: Item[] = [];
    const flush = async () => {
      const outcome = await ports.table.restoreItems(held, puts, removes);
      if (outcome.decision === 'REFUSED')
        throw new Fenced(input.root, { sessionId: input.sessionId, nowEpoch: outcome.control.epoch });
      put += puts.length;
      removed += removes.length;
      puts = [];
      removes = [];
    };
    for await (const difference of itemDifferences(snapshot, ports.table.listItems(input.root))) {
      if ('put' in difference) puts.push(difference.put);
      else removes.push(difference.remove);
      if (puts.length + removes.length === CHUNK) await flush();
    }
    if (puts.length + removes.length > 0) await flush();
    return { items: flag.snapshot.items, put, removed };
  };
