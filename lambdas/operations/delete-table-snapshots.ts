import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { SystemTable } from '../ports/system-table.ts';

/**
 * {@link deleteTableSnapshotsContract}: reads the session's intents (I5) and removes the table snapshots that they name.
 * A session on existing snapshots takes none, so it has no such intent; one with a running cluster would remove them
 * through that cluster, to which this release has no connection: it refuses rather than forget them (I9, I12).
 */
export const deleteTableSnapshots =
  (ports: { table: Pick<SystemTable, 'listIntents'> }) =>
  async (input: { root: string; sessionId: string }): Promise<{ deleted: number }> => {
    for await (const intent of ports.table.listIntents(input.root, input.sessionId)) {
      if (intent.kind !== 'table-snapshot') continue;
      throw new UnknownAnswer(
        `${input.sessionId} meant to take the table snapshot ${intent.what}, and this release cannot remove it`,
        `delete_snapshot '${intent.what}' in the HBase shell, with the release that took it deployed again`,
      );
    }
    return { deleted: 0 };
  };
