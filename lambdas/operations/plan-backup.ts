import { requireNewer } from '../../core/plan/increment-parents.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { planBackupContract } from '../contracts/plan-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { Logs } from '../ports/logs.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { backupBases } from './backup-bases.ts';
import { BackupPlanning } from './backup-planning.ts';
import { chooseOnce } from './choose-snapshots.ts';
import { type PlanPorts, snapshotToWrite, TablePlanner } from './plan-tables.ts';
import { recordsBefore } from './records-before.ts';
import { snapshotPositions } from './snapshot-positions.ts';
import { stepEntry } from './step-entry.ts';

type Config = { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string };
type Ports = PlanPorts & {
  readonly clusters: ClusterFiles;
  readonly table: SystemTable;
  readonly clock: Clock;
  readonly logs: Logs;
};

/**
 * {@link planBackupContract}. What may be shared is decided by the system snapshot, never by an earlier read.
 * @throws OutOfTime; Fenced; NoFullBackup, NothingToBackUp of an increment; SnapshotNotFound and the other errors of a
 *   snapshot; SourceFileMissing, SourceChanged, SourceUnreadable; ImageConflict
 */
export const planBackup =
  (ports: Ports, config: Config) =>
  async (
    input: InputOf<typeof planBackupContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof planBackupContract>> => {
    const { held } = await stepEntry(ports.table, input);
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(input.root, input.sessionId) };
    const planning = new BackupPlanning(ports, place.bucket, input, stopAt);
    const before = await planning.before();
    if (before !== undefined) return before;

    const { request } = input;
    const known = backupBases(request, await recordsBefore(ports.objects, config.SYSTEM_BUCKET, input.snapshot));
    const clusterId = await ports.snapshots.clusterId(parseS3Uri(request.source, 'source'));
    const planner = new TablePlanner(ports, request, clusterId, known);
    const chosen = await chooseOnce(ports, place, request);
    requireNewer(chosen, known.parents);
    // Behind the choice: what these snapshots need of the logs was there when they were taken, or it shows now.
    const positions = await snapshotPositions(ports.logs, request);
    for (const snapshot of chosen) {
      await planning.add(chosen.length, async () => snapshotToWrite(await planner.plan(snapshot), positions(snapshot)));
    }
    return planning.finish(held, { clusterId, parents: known.parents, storeFilesSha256: null });
  };
