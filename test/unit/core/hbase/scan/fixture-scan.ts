import { gunzipSync } from 'node:zlib';
import { storeFileCandidates } from '../../../../../core/hbase/layout.ts';
import { type CanonicalCell, canonicalCell } from '../../../../../core/hbase/scan/canonical-cell.ts';
import type { ScanRequest } from '../../../../../core/hbase/scan/scan-request.ts';
import type { OpenStored } from '../../../../../core/hbase/scan/stored-file.ts';
import { TableScan } from '../../../../../core/hbase/scan/table-scan.ts';
import { SnapshotManifest } from '../../../../../core/hbase/snapshot-manifest.ts';
import { type FixtureName, fixture } from '../../../../support/fixture.ts';

/** A time at which no TTL of the fixtures is over. */
export const NOW = 1_795_452_700_000;

/** The cells of a snapshot of a fixture, and the reads that they took. */
export async function scanOf(name: FixtureName, snapshot: string, request: Partial<ScanRequest> = {}) {
  const files = fixture(name);
  const manifest = new SnapshotManifest(files.get(`hbase/.hbase-snapshot/${snapshot}/data.manifest`)!);
  const scan = new TableScan(manifest, { isRaw: false, nowMs: NOW, ...request });
  const listed = scan.paths();
  let reads = 0;
  const open: OpenStored = (path, size) => {
    if (listed.get(path) !== size) throw new Error(`${path} was not announced`);
    const [namespace = '', qualifier = '', region = '', family = '', file = ''] = path.split('/');
    const bytes = storeFileCandidates({ table: { namespace, qualifier }, region, family, name: file })
      .map((candidate) => files.get(`hbase/${candidate}`))
      .find((found) => found !== undefined)!;
    const read = async (offset: number, length: number) => {
      reads++;
      return bytes.subarray(offset, offset + length);
    };
    return { where: path, sizeBytes: bytes.length, read };
  };
  const cells: CanonicalCell[] = [];
  let expired = 0;
  for (const region of scan.regions) {
    const opened = await scan.open(region, open);
    const { cells: cursor } = opened;
    while (await cursor.advance()) cells.push(canonicalCell(cursor.bytes, cursor.at, cursor.end, cursor.mvcc));
    expired += opened.expired();
  }
  return { cells, reads: () => reads, expired, listed };
}

/** What HBase read: without mvcc, which no reader of HBase is shown, and each key once. */
export function asRead(cells: readonly CanonicalCell[]): string[] {
  const lines = cells.map(({ row, family, qualifier, ts, type, value, tags }) =>
    JSON.stringify({ row, family, qualifier, ts, type, value, ...(tags !== undefined && { tags }) }),
  );
  const keys = cells.map(({ row, family, qualifier, ts, type }) => [row, family, qualifier, ts, type].join());
  return lines.filter((_, i) => keys[i] !== keys[i - 1]);
}

/** The truth beside a fixture: the lines of HBase's own scan. */
export function expectedCells(name: FixtureName, point: string): string[] {
  return gunzipSync(fixture(name).get(`expected/${point}.jsonl.gz`)!)
    .toString()
    .trimEnd()
    .split('\n');
}
