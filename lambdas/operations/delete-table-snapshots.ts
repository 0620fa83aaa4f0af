import type { ClusterSnapshots } from '../ports/cluster-snapshots.ts';
import type { SystemTable } from '../ports/system-table.ts';

interface Ports {
  readonly table: Pick<SystemTable, 'listIntents'>;
  readonly cluster: Pick<ClusterSnapshots, 'remove'>;
}

/**
 * {@link deleteTableSnapshotsContract}: reads the session's intents (I5) and has the cluster remove the table snapshots
 * that they name. A session on existing snapshots takes none, so it has no such intent. What cannot be removed stops
 * the roll-back, or keeps its entry on the clean-up list, and is not forgotten (I9, I12).
 */
export const deleteTableSnapshots =
  ({ table, cluster }: Ports) =>
  async (input: { root: string; sessionId: string }): Promise<{ deleted: number }> => {
    let deleted = 0;
    for await (const intent of table.listIntents(input.root, input.sessionId)) {
      if (intent.kind !== 'table-snapshot') continue;
      await cluster.remove(intent.what);
      deleted++;
    }
    return { deleted };
  };
