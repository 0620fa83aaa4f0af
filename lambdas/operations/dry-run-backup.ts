import type { PlannedFile } from '../../core/file-entry.ts';
import type { ImageTableRecord } from '../../core/items.ts';
import { CHUNK_BYTES } from '../../core/plan/cut-plan.ts';
import { newestBases } from '../../core/plan/newest-bases.ts';
import { noTotals } from '../../core/plan/plan-table.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { dryRunBackupContract } from '../contracts/dry-run-backup.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { SystemTable } from '../ports/system-table.ts';
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
    const bases = await basesOf(ports, root, request.source);
    const planner = new TablePlanner(ports, request, await ports.snapshots.clusterId(source), bases);
    const tables: Output['tables'] = [];
    const sum = noTotals();
    for (const snapshot of await ports.snapshots.choose(source, request)) {
      const { totals, base, files } = await planner.plan(snapshot);
      await drain(files);
      const { table, snapshot: name, creationMs } = snapshot;
      tables.push({ table, snapshot: name, position: creationMs, ...totals, base: base?.image.id ?? null });
      for (const key of ['files', 'bytes', 'newFiles', 'newBytes'] as const) sum[key] += totals[key];
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

async function basesOf({ table }: Ports, root: string, source: string) {
  const images = [];
  const rows: ImageTableRecord[] = [];
  for await (const image of table.listImages(root)) {
    if (image.state !== 'COMPLETE') continue;
    images.push(image);
    for await (const row of table.listImageTables(root, image.id)) rows.push(row);
  }
  return newestBases(images, rows, source);
}

async function drain(files: AsyncIterable<readonly PlannedFile[]>): Promise<void> {
  for await (const _ of files);
}
