import { gunzipSync } from 'node:zlib';
import { type CanonicalCell, canonicalCell } from '../../core/hbase/scan/canonical-cell.ts';
import type { OpenStored } from '../../core/hbase/scan/stored-file.ts';
import { TableScan } from '../../core/hbase/scan/table-scan.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { pointOf } from './as-of.ts';
import { type FixtureName, fixture } from './fixture.ts';
import { type HoldfastCloud, ROOT, TARGET } from './holdfast-cloud.ts';

/** A time at which no TTL of the fixtures is over. */
const NOW = 1_795_452_700_000;

/**
 * Restores an image and answers what a reader sees in each of its tables: lines as those of {@link cellsAt}. The target
 * is emptied again.
 */
export async function restoredCells(h: HoldfastCloud, image: string): Promise<Map<string, string[]>> {
  const ended = await h.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });
  if (ended.status !== 'SUCCEEDED') throw new Error(`the restore of ${image} failed: ${ended.cause}`);
  const { hostname: bucket, pathname } = new URL(TARGET);
  const prefix = `${pathname.slice(1)}/`;
  const files = new Map<string, Buffer>();
  for await (const { key } of h.objects.list(bucket, prefix)) {
    files.set(key.slice(prefix.length), Buffer.from((await h.objects.get(bucket, key, 1 << 30))!.bytes));
    await h.cloud.call('s3', 'DeleteObject', { Bucket: bucket, Key: key });
  }
  const cells = new Map<string, string[]>();
  for (const { table, snapshot } of (ended.output as RestoredTables).tables) {
    const manifest = new SnapshotManifest(files.get(`.hbase-snapshot/${snapshot}/data.manifest`)!);
    cells.set(table, await seenIn(manifest, files));
  }
  return cells;
}

async function seenIn(manifest: SnapshotManifest, files: ReadonlyMap<string, Buffer>): Promise<string[]> {
  const open: OpenStored = (path, size) => {
    const bytes = files.get(`archive/data/${path}`);
    if (bytes?.length !== size) throw new Error(`${path} has ${bytes?.length} bytes, and ${size} in the manifest`);
    return { where: path, sizeBytes: size, read: async (offset, length) => bytes.subarray(offset, offset + length) };
  };
  const scan = new TableScan(manifest, { isRaw: false, nowMs: NOW });
  const cells: CanonicalCell[] = [];
  for (const region of scan.regions) {
    const { cells: cursor } = await scan.open(region, open);
    while (await cursor.advance()) cells.push(canonicalCell(cursor.bytes, cursor.at, cursor.end, cursor.mvcc));
  }
  return cells.map(asLine).filter((line, i, all) => line !== all[i - 1]);
}

/** What HBase itself read at a recorded point of a fixture, by table. */
export function cellsAt(name: FixtureName, point: string): Map<string, string[]> {
  const files = fixture(name);
  return new Map(
    Object.entries(pointOf(name, point).tables).map(([table, { scan }]) => {
      const lines = gunzipSync(files.get(scan)!).toString().split('\n').filter(Boolean);
      return [table, lines.map((line) => asLine(JSON.parse(line) as CanonicalCell))];
    }),
  );
}

const asLine = ({ row, family, qualifier, ts, type, value, tags }: Omit<CanonicalCell, 'mvcc' | 'text'>) =>
  JSON.stringify({ row, family, qualifier, ts, type, value, tags });
