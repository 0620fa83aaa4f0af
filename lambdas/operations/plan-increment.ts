import { requireNewer } from '../../core/plan/increment-parents.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { plannedStoreFilesKey, workPrefix } from '../../core/stack-layout.ts';
import type { planIncrementContract } from '../contracts/plan-increment.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { backupBases } from './backup-bases.ts';
import { BackupPlanning } from './backup-planning.ts';
import { chooseOnce } from './choose-snapshots.ts';
import { IncrementPlanner } from './increment-planner.ts';
import { LogParents } from './log-parents.ts';
import { newFiles, sha256OfLines } from './new-files.ts';
import { type PlanPorts, snapshotToWrite, TablePlanner } from './plan-tables.ts';
import { recordsBefore } from './records-before.ts';
import { positionsIn } from './snapshot-positions.ts';
import { stepEntry } from './step-entry.ts';
import { readWalPlan, streamsOf } from './wal-plan.ts';
import { readWalSummary } from './wal-results.ts';

type Config = { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string };
type Ports = PlanPorts & { readonly clusters: ClusterFiles; readonly table: SystemTable; readonly clock: Clock };

/**
 * {@link planIncrementContract}. Each table's list is that of its parent and what is new: an image is whole by itself.
 * Tables that nothing could be made of from logs are planned as a full plans them.
 * @throws OutOfTime; Fenced; SourceFileMissing of a bulk-loaded file; SnapshotManifestTooLarge; ImageDamaged of a parent;
 *   as PlanBackup
 */
export const planIncrement =
  (ports: Ports, config: Config) =>
  async (
    input: InputOf<typeof planIncrementContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof planIncrementContract>> => {
    const { held } = await stepEntry(ports.table, input);
    const { objects, snapshots } = ports;
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(input.root, input.sessionId) };
    const planning = new BackupPlanning(ports, place.bucket, input, stopAt);
    const before = await planning.before();
    if (before !== undefined) return before;

    const { request } = input;
    const source = parseS3Uri(request.source, 'source');
    const plan = await readWalPlan(objects, place.bucket, place.work);
    const summary = await readWalSummary(objects, place.bucket, place.work);
    const known = backupBases(request, await recordsBefore(objects, config.SYSTEM_BUCKET, input.snapshot));
    const clusterId = await snapshots.clusterId(source);
    // A table that is taken full follows on nothing, whatever it has had.
    // What names alone showed, and what the logs themselves did.
    const late = new Set(summary.fullTables.map(({ index }) => index));
    const ofLogs = plan.tables.filter(({ index }) => !late.has(index));
    const ofSnapshots = [...plan.fullTables, ...plan.tables.filter(({ index }) => late.has(index))];
    const full = ofSnapshots.map(({ table }) => table);
    const damaged = new Set(plan.fullTables.flatMap(({ table, isStandalone }) => (isStandalone ? [table] : [])));
    const bases = new Map([...known.bases].filter(([table]) => !damaged.has(table)));
    const fulls = new TablePlanner(ports, request, clusterId, { bases, parents: new Map() });
    const chosen = full.length === 0 ? [] : await chooseOnce(ports, place, { ...request, tables: full });
    requireNewer(chosen, known.parents);
    const increments = new IncrementPlanner(objects, {
      ...{ source, sessionId: input.sessionId, boundary: plan.boundary, summary },
      ...{ parents: new LogParents(objects, parseS3Uri(input.root, 'root')), made: place },
      files: await newFiles(objects, place, ofLogs),
    });
    const streams = streamsOf(plan);
    const inOrder = [...ofLogs, ...ofSnapshots].sort((a, b) => a.index - b.index);
    for (const { table } of inOrder) {
      await planning.add(inOrder.length, async () => {
        const wal = ofLogs.find((one) => one.table === table);
        if (wal !== undefined) return increments.plan(wal, known.parents.get(table)!);
        const snapshot = chosen.find((one) => one.table === table)!;
        return snapshotToWrite(await fulls.plan(snapshot), positionsIn(streams, snapshot, plan.clockMarginMs));
      });
    }
    const storeFilesSha256 =
      ofLogs.length === 0 ? null : await sha256OfLines(objects, place.bucket, plannedStoreFilesKey(place.work));
    return planning.finish(held, { clusterId, parents: known.parents, storeFilesSha256 });
  };
