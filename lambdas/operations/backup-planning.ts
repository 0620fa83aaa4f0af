import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/digest.ts';
import { Fenced } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import type { PlannedFile } from '../../core/file-entry.ts';
import { imagePrefix, snapshotName } from '../../core/image-layout.ts';
import { LineCompressor } from '../../core/line-compressor.ts';
import type { Base } from '../../core/plan/newest-bases.ts';
import type { PlanTotals } from '../../core/plan/plan-table.ts';
import { writePlannedFile } from '../../core/plan/planned-line.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { indexKey, planKey, tablePlanKey, workPrefix } from '../../core/stack-layout.ts';
import type { planBackupContract } from '../contracts/plan-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterFiles } from '../ports/cluster-files.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Held, SystemTable } from '../ports/system-table.ts';
import {
  type BackupPlan,
  checkBackupPlan,
  findBackupPlan,
  type PlannedBackupTable,
  readBackupPlan,
} from './backup-plan.ts';
import { describeCluster } from './describe-cluster.ts';
import { type PlannedBackupTableNote, PlannedBackupTables } from './planned-backup-tables.ts';
import { imageRecordOf, tableRecordOf } from './planned-image.ts';
import { writePlanPieces } from './write-plan-pieces.ts';

type Input = InputOf<typeof planBackupContract>;
type Output = OutputOf<typeof planBackupContract>;
type Ports = {
  readonly objects: ObjectStore;
  readonly clusters: ClusterFiles;
  readonly table: SystemTable;
  readonly clock: Clock;
};
type Counted = 'files' | 'bytes' | 'newFiles' | 'newBytes';
type Digests = 'planSha256' | 'snapshotInfoSha256' | 'dataManifestSha256';

/** A table that is about to be written into a plan. */
export interface TableToWrite {
  readonly row: Omit<PlannedBackupTable, Counted | Digests | 'index'>;
  /** To be read once, to its end; in batches, ascending by path. */
  readonly files: AsyncIterable<readonly PlannedFile[]>;
  /** Counted while {@link files} is read. */
  readonly totals: PlanTotals;
  /** `.snapshotinfo` and `data.manifest`: with them a stock HBase clones the table. */
  readonly info: Uint8Array;
  readonly dataManifest: Uint8Array;
}

/**
 * Writes the plan of a session, table after table, whatever it is made of; PlanBackup and PlanIncrement use it. The
 * header is written last; a second run that finds it answers the same, and one that finds tables planned goes on behind
 * them.
 */
export class BackupPlanning {
  readonly #ports: Ports;
  readonly #input: Input;
  readonly #place: { readonly bucket: string; readonly work: string };
  readonly #stopAt: number;
  readonly #notes: PlannedBackupTables;
  readonly #tables: PlannedBackupTable[] = [];
  readonly #filled: { index: number; firstPath: string; planSha256: string }[] = [];

  constructor(ports: Ports, bucket: string, input: Input, stopAt: number) {
    this.#ports = ports;
    this.#input = input;
    this.#place = { bucket, work: workPrefix(input.root, input.sessionId) };
    this.#stopAt = stopAt;
    this.#notes = new PlannedBackupTables(ports.objects, this.#place);
  }

  /** What an earlier run has planned. */
  async before(): Promise<Output | undefined> {
    const plan = await findBackupPlan(this.#ports.objects, this.#place.bucket, this.#place.work);
    return plan && outputOf(plan, this.#place.work);
  }

  /**
   * The next table, unless an earlier run wrote it.
   * @throws OutOfTime, ImageConflict, and what `make` throws
   */
  async add(count: number, make: () => Promise<TableToWrite>): Promise<void> {
    const index = this.#tables.length;
    const { table, firstPath } = (await this.#notes.find(index)) ?? (await this.#write(index, count, make));
    this.#tables.push(table);
    if (firstPath !== undefined) this.#filled.push({ index, firstPath, planSha256: table.planSha256 });
  }

  /** Cuts the plan into pieces, records the image, writes the header. @throws OutOfTime, Fenced */
  async finish(
    held: Held,
    of: {
      readonly clusterId: string;
      readonly parents: ReadonlyMap<string, Base>;
      readonly storeFilesSha256: string | null;
    },
  ): Promise<Output> {
    const { objects, clusters, table: system, clock } = this.#ports;
    const { root, sessionId, epoch, request, execution, startedAt } = this.#input;
    const { bucket, work } = this.#place;
    const tables = this.#tables;
    this.#requireTime(`planned ${tables.length} tables`);
    const pieces = await writePlanPieces(objects, this.#place, this.#filled, request.chunkObjects);
    const described = { root, sessionId, source: request.source, clusterId: of.clusterId };
    const clusterSha256 = await describeCluster(objects, clusters, described);
    const plan = checkBackupPlan({
      ...{ format: 1, sessionId, root, source: request.source, clusterId: of.clusterId, epoch },
      executionArn: execution.arn,
      startedAt,
      plannedAt: clock.now(),
      tables,
      ...pieces.totals,
      holders: [...pieces.holders],
      parents: parentsOf(tables, of.parents),
      verifyRanges: pieces.verifyRanges,
      chunkFirsts: [...pieces.chunkFirsts],
      storeFilesSha256: of.storeFilesSha256,
      clusterSha256,
    } satisfies BackupPlan);
    const rows = tables.map((table) => tableRecordOf(plan, table));
    const outcome = await system.writeImage(held, imageRecordOf(plan), rows);
    if (outcome.decision === 'REFUSED') throw new Fenced(root, { sessionId, epoch });
    // Once: of two runs at the same time the first header counts. If the other one's lists lie beside it, their digests
    // do not agree with it, and the seal refuses them.
    const header = await objects.putOnce(bucket, planKey(work), Buffer.from(canonicalJson(plan)));
    return outputOf(header.decision === 'CREATED' ? plan : await readBackupPlan(objects, bucket, work), work);
  }

  async #write(index: number, count: number, make: () => Promise<TableToWrite>): Promise<PlannedBackupTableNote> {
    this.#requireTime(`planned ${index} of ${count} tables`);
    const made = await make();
    const { planSha256, firstPath } = await this.#writeFiles(index, made.files);
    await this.#putSnapshotFiles(index, made);
    const { files, bytes, newFiles, newBytes } = made.totals;
    const table: PlannedBackupTable = {
      ...made.row,
      ...{ index, files, bytes, newFiles, newBytes, planSha256 },
      snapshotInfoSha256: sha256(made.info),
      dataManifestSha256: sha256(made.dataManifest),
    };
    const note = { table, ...(firstPath !== undefined && { firstPath }) };
    await this.#notes.note(index, note);
    return note;
  }

  async #writeFiles(index: number, files: AsyncIterable<readonly PlannedFile[]>) {
    const lines = new LineCompressor();
    let firstPath: string | undefined;
    for await (const batch of files) {
      firstPath ??= batch[0]?.path;
      for (const file of batch) {
        const behind = lines.add(writePlannedFile(file));
        if (behind) await behind;
      }
    }
    const { bytes, sha256: planSha256 } = await lines.end();
    await this.#ports.objects.put(this.#place.bucket, tablePlanKey(this.#place.work, index), bytes);
    return { planSha256, firstPath };
  }

  /** Their intent is the session's (I5). */
  async #putSnapshotFiles(index: number, { info, dataManifest }: TableToWrite): Promise<void> {
    const root = parseS3Uri(this.#input.root, 'root');
    const files = [
      ['.snapshotinfo', info],
      ['data.manifest', dataManifest],
    ] as const;
    for (const [name, bytes] of files) {
      const key = `${imagePrefix(root, this.#input.sessionId)}${snapshotName(index, name)}`;
      const { decision } = await this.#ports.objects.putOnce(root.bucket, key, bytes);
      if (decision === 'CREATED') continue;
      throw new ImageConflict(
        `s3://${root.bucket}/${key} is there already with other bytes`,
        'start the backup again: it gets a prefix of its own',
        { key },
      );
    }
  }

  #requireTime(done: string): void {
    if (this.#ports.clock.now() >= this.#stopAt) throw new OutOfTime(done, 'it goes on by itself');
  }
}

function parentsOf(
  tables: readonly PlannedBackupTable[],
  known: ReadonlyMap<string, Base>,
): { readonly id: string; readonly manifestSha256: string }[] {
  const parents = new Map(
    tables.flatMap(({ table, parent }) => {
      const image = parent === null ? undefined : known.get(table)?.image;
      return image ? [[image.id, image.manifestSha256] as const] : [];
    }),
  );
  return [...parents].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, manifestSha256]) => ({ id, manifestSha256 }));
}

const outputOf = (plan: BackupPlan, work: string): Output => ({
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
