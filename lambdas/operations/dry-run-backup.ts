import type { PlannedFile } from '../../core/file-entry.ts';
import { CHUNK_BYTES } from '../../core/plan/cut-plan.ts';
import { requireNewer } from '../../core/plan/increment-parents.ts';
import { noTableTotals } from '../../core/plan/plan-table.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { dryRunBackupContract } from '../contracts/dry-run-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { backupBases } from './backup-bases.ts';
import { imageCatalogue } from './image-catalogue.ts';
import { type PlanPorts, TablePlanner } from './plan-tables.ts';

type Ports = PlanPorts & { readonly table: Pick<SystemTable, 'listImages' | 'listImageTables'> };
type Output = OutputOf<typeof dryRunBackupContract>;

/** S3 Standard, us-east-1, list prices: dollars a request and a byte and month. */
const COPY_PRICE = 0.005 / 1_000;
const LIST_PRICE = 0.005 / 1_000;
const STORAGE_PRICE = 0.023 / 1024 ** 3;

/**
 * {@link dryRunBackupContract}: what PlanBackup would plan now, counted. Writes nothing. Files that tables share by
 * links are counted in each of them, so the sums are an upper bound then.
 * @throws as PlanBackup
 */
export const dryRunBackup =
  (ports: Ports) =>
  async ({ root, request }: InputOf<typeof dryRunBackupContract>): Promise<Output> => {
    const source = parseS3Uri(request.source, 'source');
    const known = backupBases(request, await imageCatalogue(ports.table, root));
    const planner = new TablePlanner(ports, request, await ports.snapshots.clusterId(source), known);
    const tables: Output['tables'] = [];
    const sum = noTableTotals();
    const chosen = await ports.snapshots.choose(source, request);
    requireNewer(chosen, known.parents);
    for (const snapshot of chosen) {
      const { totals, base, parent, files } = await planner.plan(snapshot);
      await drain(files);
      const { table, snapshot: name, creationMs } = snapshot;
      const bases = { base: base?.image.id ?? null, parent: parent?.image.id ?? null };
      tables.push({ table, snapshot: name, position: creationMs, ...totals, ...bases });
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += totals[key];
    }
    const pages = (objects: number) => Math.max(tables.length, Math.ceil(objects / 1_000));
    const copyChunks = Math.max(Math.ceil(sum.newFiles / request.chunkObjects), Math.ceil(sum.newBytes / CHUNK_BYTES));
    // The source is listed by plan and verification, the destination by copy and verification, holders by the latter.
    const requests = { copy: sum.newFiles, list: 2 * pages(sum.files) + copyChunks + 2 * pages(sum.newFiles) };
    return {
      tables,
      ...sum,
      copyChunks,
      requests,
      requestCost: requests.copy * COPY_PRICE + requests.list * LIST_PRICE,
      storageCostPerMonth: sum.newBytes * STORAGE_PRICE,
    };
  };

async function drain(files: AsyncIterable<readonly PlannedFile[]>): Promise<void> {
  for await (const _ of files);
}
