import type { RestoredTables } from '../../../lambdas/contracts/restored-tables.ts';
import { type HoldfastCloud, TARGET } from '../../support/holdfast-cloud.ts';
import { downloadTarget } from './download-target.ts';
import type { LiveHBase } from './live-hbase.ts';
import { placeRestored } from './live-source.ts';

/** Restores an image, beside `directory`, into the root directory of a running HBase, and clones each of its tables there. */
export async function cloneImage(
  h: HoldfastCloud,
  { root, id }: { readonly root: string; readonly id: string },
  to: {
    readonly hbase: LiveHBase;
    readonly home: string;
    readonly directory: string;
    readonly nameOf: (table: string) => string;
  },
): Promise<void> {
  const ended = await h.run('RestoreStateMachine', { root, image: id, target: TARGET });
  if (ended.status !== 'SUCCEEDED') throw new Error(`the restore of ${id} failed: ${ended.cause}`);
  await downloadTarget(h, to.directory, { empties: true });
  placeRestored(to.directory, to.home);
  for (const { table, snapshot } of (ended.output as RestoredTables).tables)
    await to.hbase.do({ op: 'cloneSnapshot', table: to.nameOf(table), name: snapshot });
}
