import type { PlannedFile } from '../../core/file-entry.ts';
import { CHUNK_BYTES } from '../../core/plan/cut-plan.ts';
import { requireNewer } from '../../core/plan/increment-parents.ts';
import { noTableTotals } from '../../core/plan/plan-table.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { dryRunBackupContract } from '../contracts/dry-run-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { backupBases } from './backup-bases.ts';
import { type DecidedIncrement, decideIncrement, type IncrementPorts } from './decide-increment.ts';
import { imageCatalogue } from './image-catalogue.ts';
import { type PlanPorts, TablePlanner } from './plan-tables.ts';

type Ports = PlanPorts &
  IncrementPorts & { readonly clock: Clock; readonly table: Pick<SystemTable, 'listImages' | 'listImageTables'> };
type Output = OutputOf<typeof dryRunBackupContract>;

/** S3 Standard, us-east-1, list prices: dollars a request and a byte and month. */
const COPY_PRICE = 0.005 / 1_000;
const LIST_PRICE = 0.005 / 1_000;
const STORAGE_PRICE = 0.023 / 1024 ** 3;

/**
 * {@link dryRunBackupContract}: what PlanBackup or PlanWals would plan now, counted. Writes nothing. Files that tables share by
 * links are counted in each of them, so the sums are an upper bound then.
 * @throws as PlanBackup; as decideIncrement
 */
export const dryRunBackup =
  (ports: Ports) =>
  async ({ root, request }: InputOf<typeof dryRunBackupContract>): Promise<Output> => {
    const source = parseS3Uri(request.source, 'source');
    const catalogue = await imageCatalogue(ports.table, root);
    const known = backupBases(request, catalogue);
    const isOfLogs = 'type' in request && !request.fromSnapshot;
    const decided = isOfLogs ? await decideIncrement(ports, request, catalogue, ports.clock.now()) : undefined;
    const damaged = new Set(decided?.full.flatMap(({ table, isStandalone }) => (isStandalone ? [table] : [])));
    const bases = new Map([...known.bases].filter(([table]) => !damaged.has(table)));
    const planner = new TablePlanner(ports, request, await ports.snapshots.clusterId(source), { ...known, bases });
    const tables: Output['tables'] = [];
    const sum = noTableTotals();
    const ofSnapshots = decided ? decided.full.map(({ table }) => table) : request.tables;
    const chosen =
      ofSnapshots?.length === 0 ? [] : await ports.snapshots.choose(source, { ...request, tables: ofSnapshots });
    requireNewer(chosen, known.parents);
    for (const snapshot of chosen) {
      const { totals, base, parent, files } = await planner.plan(snapshot);
      await drain(files);
      const { table, snapshot: name, creationMs, type: snapshotType } = snapshot;
      const follows = decided ? null : (parent?.image.id ?? null);
      const bases = { base: base?.image.id ?? null, parent: follows };
      tables.push({ table, snapshot: name, snapshotType, position: creationMs, ...totals, ...bases });
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += totals[key];
    }
    for (const { table, base } of decided?.tables ?? []) {
      const { files, bytes } = known.parents.get(table)!.row;
      const counted = { ...noTableTotals(), files, bytes };
      tables.push({
        table,
        snapshot: '',
        snapshotType: null,
        position: decided!.plan.boundary,
        ...counted,
        base: base.parent,
        parent: base.parent,
      });
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += counted[key];
    }
    const pages = (objects: number) => Math.max(tables.length, Math.ceil(objects / 1_000));
    const copyChunks = Math.max(Math.ceil(sum.newFiles / request.chunkObjects), Math.ceil(sum.newBytes / CHUNK_BYTES));
    // The source is listed by plan and verification, the destination by copy and verification, holders by the latter.
    const requests = { copy: sum.newFiles, list: 2 * pages(sum.files) + copyChunks + 2 * pages(sum.newFiles) };
    return {
      tables,
      ...sum,
      ...(decided && { logs: logsOf(decided) }),
      copyChunks,
      requests,
      requestCost: requests.copy * COPY_PRICE + requests.list * LIST_PRICE,
      storageCostPerMonth: sum.newBytes * STORAGE_PRICE,
    };
  };

const logsOf = ({ plan }: DecidedIncrement) => ({
  count: plan.logs.length,
  bytes: plan.logs.reduce((bytes, { log }) => bytes + log.sizeBytes, 0),
});

async function drain(files: AsyncIterable<readonly PlannedFile[]>): Promise<void> {
  for await (const _ of files);
}
