import { nextBackupId } from '../../core/backup-id.ts';
import { sha256 } from '../../core/digest.ts';
import { SystemSnapshotDamaged } from '../../core/errors/flag-errors.ts';
import type { SnapshotRef } from '../../core/items.ts';
import { systemPrefix, systemSnapshotKey } from '../../core/stack-layout.ts';
import { snapshotLine } from '../../core/system-snapshot.ts';
import type { Ids } from '../ports/ids.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { readSystemSnapshot } from './read-system-snapshot.ts';

/** Older snapshots a session takes along; more than a hundred wait for the next session. */
const MOST_OLD = 100;

/**
 * {@link takeSystemSnapshotContract}: in this order, since each line relies on those before it:
 * version read → old snapshots listed (†listBeforeFlag: never ones that a session beginning behind us may need) → the
 * root's items read page by page (not atomic: the version in the begin's condition makes it so) → written under a name
 * that was never used (†uniqueSnapshots) → read back (I3).
 */
export const takeSystemSnapshot =
  (ports: { table: SystemTable; objects: ObjectStore; ids: Ids }, config: { SYSTEM_BUCKET: string }) =>
  async (input: { root: string; execution: { arn: string; name: string; startTime: string } }) => {
    const { version, epoch, flag } = await ports.table.readControl(input.root);
    const startMs = Date.parse(input.execution.startTime);
    const sessionId =
      flag?.executionArn === input.execution.arn
        ? flag.sessionId // begun by an earlier try whose answer was lost: SetActiveSnapshot will find it so
        : nextBackupId({ name: input.execution.name, startMs }, await lastSessionId(ports.table, input.root));
    const old: string[] = [];
    for await (const object of ports.objects.list(config.SYSTEM_BUCKET, systemPrefix(input.root))) {
      if (object.key === flag?.activeSnapshot) continue;
      if (old.push(object.key) === MOST_OLD) break;
    }
    const lines: Buffer[] = [];
    for await (const item of ports.table.listItems(input.root)) lines.push(Buffer.from(snapshotLine(item)));
    const bytes = Buffer.concat(lines);
    const snapshot: SnapshotRef = {
      key: systemSnapshotKey(input.root, sessionId, ports.ids.unique()),
      items: lines.length,
      sha256: sha256(bytes),
    };
    const { decision } = await ports.objects.putOnce(config.SYSTEM_BUCKET, snapshot.key, bytes);
    if (decision === 'EXISTS') throw new SystemSnapshotDamaged(`${snapshot.key} exists already`, 'start it again');
    await readSystemSnapshot(ports.objects, config.SYSTEM_BUCKET, snapshot);
    return { sessionId, version, epoch, snapshot, old };
  };

async function lastSessionId(table: SystemTable, root: string): Promise<string | undefined> {
  for await (const session of table.listSessions(root)) return session.id;
  return undefined;
}
