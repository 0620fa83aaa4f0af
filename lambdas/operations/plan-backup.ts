import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/digest.ts';
import { Fenced } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { OutOfTime, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { imagePrefix, snapshotName } from '../../core/image-layout.ts';
import type { Item, SnapshotRef } from '../../core/items.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import { requireNewer } from '../../core/plan/increment-parents.ts';
import { type Base, imagesOf } from '../../core/plan/newest-bases.ts';
import { writePlannedFile } from '../../core/plan/planned-line.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chosenSnapshotsKey, indexKey, planKey, tablePlanKey, workPrefix } from '../../core/stack-layout.ts';
import type { planBackupContract } from '../contracts/plan-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { StepRun } from '../ports/step-run.ts';
import type { SystemTable } from '../ports/system-table.ts';
import type { TableSnapshot, WantedTables } from '../ports/table-snapshots.ts';
import { backupBases } from './backup-bases.ts';
import {
  type BackupPlan,
  checkBackupPlan,
  findBackupPlan,
  type PlannedBackupTable,
  readBackupPlan,
} from './backup-plan.ts';
import { type PlanPorts, TablePlanner, type TablePlanning } from './plan-tables.ts';
import { type PlannedBackupTableNote, PlannedBackupTables } from './planned-backup-tables.ts';
import { imageRecordOf, tableRecordOf } from './planned-image.ts';
import { systemSnapshotItems } from './read-system-snapshot.ts';
import { readWorkJson } from './read-work-json.ts';
import { stepEntry } from './step-entry.ts';
import { writePlanPieces } from './write-plan-pieces.ts';

type Input = InputOf<typeof planBackupContract>;
type Config = { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string };
type Ports = PlanPorts & { readonly table: SystemTable; readonly clock: Clock };

/**
 * {@link planBackupContract}. What may be shared is decided by the system snapshot, never by an earlier read. The plan's
 * header is written last; a second run that finds it answers the same, and one that finds tables planned goes on behind
 * them.
 * @throws OutOfTime; Fenced; NoFullBackup, NothingToBackUp of an increment; SnapshotNotFound and the other errors of a snapshot; SourceFileMissing, SourceChanged,
 *   SourceUnreadable; ImageConflict
 */
export const planBackup =
  (ports: Ports, config: Config) =>
  async (input: Input, { stopAt }: StepRun): Promise<OutputOf<typeof planBackupContract>> => {
    const { held } = await stepEntry(ports.table, input);
    const work = workPrefix(input.root, input.sessionId);
    const bucket = config.WORK_BUCKET;
    const before = await findBackupPlan(ports.objects, bucket, work);
    if (before !== undefined) return outputOf(before, work);

    const { request } = input;
    const source = parseS3Uri(request.source, 'source');
    const known = backupBases(request, await recordsBefore(ports, config, input.snapshot));
    const clusterId = await ports.snapshots.clusterId(source);
    const planner = new TablePlanner(ports, request, clusterId, known);
    const chosen = await chooseOnce(ports, bucket, work, request);
    requireNewer(chosen, known.parents);
    const tables: PlannedBackupTable[] = [];
    const filled: { index: number; firstPath: string; planSha256: string }[] = [];
    const notes = new PlannedBackupTables(ports.objects, { bucket, work });
    for (const [index, snapshot] of chosen.entries()) {
      const { table, firstPath } = (await notes.find(index)) ?? (await planOne(snapshot, index));
      tables.push(table);
      if (firstPath !== undefined) filled.push({ index, firstPath, planSha256: table.planSha256 });
    }
    requireTime(`planned ${tables.length} tables`);
    const pieces = await writePlanPieces(ports.objects, { bucket, work }, filled, request.chunkObjects);
    const plan = checkBackupPlan({
      format: 1,
      sessionId: input.sessionId,
      root: input.root,
      source: request.source,
      clusterId,
      epoch: input.epoch,
      executionArn: input.execution.arn,
      startedAt: input.startedAt,
      plannedAt: ports.clock.now(),
      tables,
      ...pieces.totals,
      holders: [...pieces.holders],
      parents: parentsOf(tables, known.parents),
      verifyRanges: pieces.verifyRanges,
      chunkFirsts: [...pieces.chunkFirsts],
    } satisfies BackupPlan);
    const outcome = await ports.table.writeImage(
      held,
      imageRecordOf(plan),
      tables.map((t) => tableRecordOf(plan, t)),
    );
    if (outcome.decision === 'REFUSED')
      throw new Fenced(input.root, { sessionId: input.sessionId, epoch: input.epoch });
    // Once: of two runs at the same time the first header counts. If the other one's lists lie beside it, their digests
    // do not agree with it, and the seal refuses them.
    const header = await ports.objects.putOnce(bucket, planKey(work), Buffer.from(canonicalJson(plan)));
    return outputOf(header.decision === 'CREATED' ? plan : await readBackupPlan(ports.objects, bucket, work), work);

    async function planOne(snapshot: TableSnapshot, index: number): Promise<PlannedBackupTableNote> {
      requireTime(`planned ${index} of ${chosen.length} tables`);
      const planning = await planner.plan(snapshot);
      const { planSha256, firstPath } = await writeTablePlan(ports, { bucket, work, index }, planning);
      await putSnapshotFiles(ports, input, index, planning);
      const note = {
        table: plannedTableOf(planning, index, planSha256),
        ...(firstPath !== undefined && { firstPath }),
      };
      await notes.note(index, note);
      return note;
    }

    function requireTime(done: string): void {
      if (ports.clock.now() >= stopAt) throw new OutOfTime(done, 'it goes on by itself');
    }
  };

/** The root's images as the session found them when it began. */
async function recordsBefore(ports: Ports, config: Config, ref: SnapshotRef) {
  const items: Item[] = [];
  for await (const item of systemSnapshotItems(ports.objects, config.SYSTEM_BUCKET, ref)) {
    if (item.sk.startsWith('image#')) items.push(item);
  }
  return imagesOf(items);
}

function parentsOf(
  tables: readonly PlannedBackupTable[],
  known: ReadonlyMap<string, Base>,
): { readonly id: string; readonly manifestSha256: string }[] {
  const parents = new Map(
    tables.flatMap(({ table }) => {
      const image = known.get(table)?.image;
      return image ? [[image.id, image.manifestSha256] as const] : [];
    }),
  );
  return [...parents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, manifestSha256]) => ({ id, manifestSha256 }));
}

/** Table → snapshot. */
const chosenSnapshots = z.record(z.string(), z.string());

/** A step that runs again plans the same snapshots, though newer ones were taken meanwhile (I10). */
async function chooseOnce(
  ports: Ports,
  bucket: string,
  work: string,
  request: WantedTables & { readonly source: string },
): Promise<readonly TableSnapshot[]> {
  const source = parseS3Uri(request.source, 'source');
  const key = chosenSnapshotsKey(work);
  const before = await ports.objects.get(bucket, key, 64 * 1024 * 1024);
  if (before === undefined) {
    const chosen = await ports.snapshots.choose(source, request);
    const names = Object.fromEntries(chosen.map(({ table, snapshot }) => [table, snapshot]));
    const { decision } = await ports.objects.putOnce(bucket, key, Buffer.from(canonicalJson(names)));
    if (decision === 'CREATED') return chosen;
  }
  const stored = before ?? (await ports.objects.get(bucket, key, 64 * 1024 * 1024));
  if (stored === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} came and went`, 'start the backup again');
  const snapshots = readWorkJson(chosenSnapshots, stored.bytes, { bucket, key, next: 'start the backup again' });
  return ports.snapshots.choose(source, { tables: Object.keys(snapshots), snapshots });
}

async function writeTablePlan(
  ports: Ports,
  place: { readonly bucket: string; readonly work: string; readonly index: number },
  planning: TablePlanning,
): Promise<{ planSha256: string; firstPath: string | undefined }> {
  const lines = new LineCompressor();
  let firstPath: string | undefined;
  for await (const batch of planning.files) {
    firstPath ??= batch[0]?.path;
    for (const file of batch) {
      const behind = lines.add(writePlannedFile(file));
      if (behind) await behind;
    }
  }
  const { bytes, sha256: planSha256 } = await lines.end();
  await ports.objects.put(place.bucket, tablePlanKey(place.work, place.index), bytes);
  return { planSha256, firstPath };
}

/** The snapshot's two files, verbatim: with them a stock HBase clones the table. Their intent is the session's (I5). */
async function putSnapshotFiles(ports: Ports, input: Input, index: number, planning: TablePlanning): Promise<void> {
  const root = parseS3Uri(input.root, 'root');
  const files = [
    ['.snapshotinfo', planning.snapshot.info],
    ['data.manifest', planning.dataManifest],
  ] as const;
  for (const [name, bytes] of files) {
    const key = `${imagePrefix(root, input.sessionId)}${snapshotName(index, name)}`;
    const { decision } = await ports.objects.putOnce(root.bucket, key, bytes);
    if (decision === 'CREATED') continue;
    throw new ImageConflict(
      `s3://${root.bucket}/${key} is there already with other bytes`,
      'start the backup again: it gets a prefix of its own',
      { key },
    );
  }
}

function plannedTableOf(planning: TablePlanning, index: number, planSha256: string): PlannedBackupTable {
  const { table, snapshot, creationMs, type, info } = planning.snapshot;
  const { files, bytes, newFiles, newBytes } = planning.totals;
  return {
    table,
    index,
    snapshot,
    position: creationMs,
    snapshotType: type,
    ...{ files, bytes, newFiles, newBytes },
    snapshotInfoSha256: sha256(info),
    dataManifestSha256: sha256(planning.dataManifest),
    planSha256,
    base: planning.base?.image.id ?? null,
    kind: 'SNAPSHOT',
    parent: planning.parent?.image.id ?? null,
  };
}

const outputOf = (plan: BackupPlan, work: string): OutputOf<typeof planBackupContract> => ({
  tables: plan.tables.length,
  files: plan.files,
  bytes: plan.bytes,
  newFiles: plan.newFiles,
  newBytes: plan.newBytes,
  copyChunks: plan.chunkFirsts.length,
  verifyRanges: plan.verifyRanges,
  copyIndexKey: indexKey(work, 'copy'),
  verifyIndexKey: indexKey(work, 'verify'),
});
