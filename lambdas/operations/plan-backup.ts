import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/digest.ts';
import { Fenced } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { imagePrefix, snapshotName } from '../../core/image-layout.ts';
import type { ImageRecord, ImageTableRecord, Item, SnapshotRef } from '../../core/items.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import { imagesOf, newestBases } from '../../core/plan/newest-bases.ts';
import { writePlannedFile } from '../../core/plan/planned-line.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chosenSnapshotsKey, indexKey, planKey, tablePlanKey, workPrefix } from '../../core/stack-layout.ts';
import type { planBackupContract } from '../contracts/plan-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemTable } from '../ports/system-table.ts';
import type { TableSnapshot, WantedTables } from '../ports/table-snapshots.ts';
import {
  type BackupPlan,
  checkBackupPlan,
  findBackupPlan,
  type PlannedBackupTable,
  readBackupPlan,
} from './backup-plan.ts';
import { type PlanPorts, TablePlanner, type TablePlanning } from './plan-tables.ts';
import { systemSnapshotItems } from './read-system-snapshot.ts';
import { readWorkJson } from './read-work-json.ts';
import { stepEntry } from './step-entry.ts';
import { writePlanPieces } from './write-plan-pieces.ts';

type Input = InputOf<typeof planBackupContract>;
type Config = { readonly SYSTEM_BUCKET: string; readonly WORK_BUCKET: string };
type Ports = PlanPorts & { readonly table: SystemTable; readonly clock: Clock };

/**
 * {@link planBackupContract}. What may be shared is decided by the system snapshot, never by an earlier read. The plan's
 * header is written last; a second run that finds it answers the same.
 * @throws Fenced; SnapshotNotFound and the other errors of a snapshot; SourceFileMissing, SourceChanged,
 *   SourceUnreadable; ImageConflict
 */
export const planBackup =
  (ports: Ports, config: Config) =>
  async (input: Input): Promise<OutputOf<typeof planBackupContract>> => {
    const { held } = await stepEntry(ports.table, input);
    const work = workPrefix(input.root, input.sessionId);
    const bucket = config.WORK_BUCKET;
    const known = await findBackupPlan(ports.objects, bucket, work);
    if (known !== undefined) return outputOf(known, work);

    const { request } = input;
    const source = parseS3Uri(request.source, 'source');
    const bases = await basesOf(ports, config, input.snapshot, request.source);
    const clusterId = await ports.snapshots.clusterId(source);
    const planner = new TablePlanner(ports, request, clusterId, bases);
    const tables: PlannedBackupTable[] = [];
    const filled: { index: number; firstPath: string; planSha256: string }[] = [];
    for (const snapshot of await chooseOnce(ports, bucket, work, request)) {
      const index = tables.length;
      const planning = await planner.plan(snapshot);
      const written = await writeTablePlan(ports, { bucket, work, index }, planning);
      await putSnapshotFiles(ports, input, index, planning);
      tables.push(plannedTableOf(planning, index, written.planSha256));
      const { firstPath, planSha256 } = written;
      if (firstPath !== undefined) filled.push({ index, firstPath, planSha256 });
    }
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
      verifyRanges: pieces.verifyRanges,
      chunkFirsts: [...pieces.chunkFirsts],
    } satisfies BackupPlan);
    const outcome = await ports.table.writeImage(
      held,
      imageRecordOf(plan),
      tables.map((t) => rowOf(plan, t)),
    );
    if (outcome.decision === 'REFUSED')
      throw new Fenced(input.root, { sessionId: input.sessionId, epoch: input.epoch });
    // Once: of two runs at the same time the first header counts. If the other one's lists lie beside it, their digests
    // do not agree with it, and the seal refuses them.
    const header = await ports.objects.putOnce(bucket, planKey(work), Buffer.from(canonicalJson(plan)));
    return outputOf(header.decision === 'CREATED' ? plan : await readBackupPlan(ports.objects, bucket, work), work);
  };

async function basesOf(ports: Ports, config: Config, ref: SnapshotRef, source: string) {
  const items: Item[] = [];
  for await (const item of systemSnapshotItems(ports.objects, config.SYSTEM_BUCKET, ref)) {
    if (item.sk.startsWith('image#')) items.push(item);
  }
  const { images, rows } = imagesOf(items);
  return newestBases(images, rows, source);
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

const plannedTableOf = (planning: TablePlanning, index: number, planSha256: string): PlannedBackupTable => ({
  table: planning.snapshot.table,
  index,
  snapshot: planning.snapshot.snapshot,
  position: planning.snapshot.creationMs,
  snapshotType: planning.snapshot.type,
  ...planning.totals,
  snapshotInfoSha256: sha256(planning.snapshot.info),
  dataManifestSha256: sha256(planning.dataManifest),
  planSha256,
  base: planning.base?.image.id ?? null,
});

export const positionsOf = (tables: readonly { readonly position: number }[]) => ({
  positionFrom: tables.reduce((least, { position }) => Math.min(least, position), Number.MAX_SAFE_INTEGER),
  positionTo: tables.reduce((most, { position }) => Math.max(most, position), 0),
});

const imageRecordOf = (plan: BackupPlan): ImageRecord => ({
  id: plan.sessionId,
  state: 'CREATING',
  type: 'FULL',
  epoch: plan.epoch,
  executionArn: plan.executionArn,
  source: plan.source,
  startedAt: plan.startedAt,
  tables: plan.tables.length,
  files: plan.files,
  bytes: plan.bytes,
  newFiles: plan.newFiles,
  newBytes: plan.newBytes,
  holders: plan.holders,
  parents: [],
  ...positionsOf(plan.tables),
});

const rowOf = (plan: BackupPlan, table: PlannedBackupTable): ImageTableRecord => ({
  id: plan.sessionId,
  table: table.table,
  index: table.index,
  snapshot: table.snapshot,
  position: table.position,
  files: table.files,
  bytes: table.bytes,
  newFiles: table.newFiles,
  newBytes: table.newBytes,
});

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
