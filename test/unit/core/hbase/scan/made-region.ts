import { Buffer } from 'node:buffer';
import { encodedRegionName, type RegionInfo } from '../../../../../core/hbase/region-info.ts';
import { type CanonicalCell, canonicalCell } from '../../../../../core/hbase/scan/canonical-cell.ts';
import type { ScanRequest } from '../../../../../core/hbase/scan/scan-request.ts';
import { TableScan } from '../../../../../core/hbase/scan/table-scan.ts';
import { SnapshotManifest } from '../../../../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../../../../core/hbase/snapshot-manifest-writer.ts';
import { parseTableName, tablePath } from '../../../../../core/hbase/table-name.ts';
import { sourceOf } from '../hfile/made-cells.ts';

export const table = parseTableName('t');
const NONE = Buffer.alloc(0);

/** A region of table `t`; `of` says what is not as usual. */
export const regionInfo = (of: Partial<RegionInfo> = {}): RegionInfo => ({
  ...{ regionId: 1n, table, startKey: NONE, endKey: NONE, offline: false, split: false, replicaId: 0, unknown: NONE },
  ...of,
});

export interface MadeFile {
  readonly bytes: Buffer;
  readonly name?: string;
}

/** A table of one family `f`, with these attributes; each region with its files. */
export function madeManifest(
  regions: readonly { readonly info: RegionInfo; readonly files: readonly MadeFile[] }[],
  attributes: Readonly<Record<string, string>> = {},
): { readonly manifest: SnapshotManifest; readonly stored: ReadonlyMap<string, Buffer> } {
  const stored = new Map<string, Buffer>();
  const family = {
    name: 'f',
    attributes: new Map(Object.entries(attributes).map(([name, text]) => [name, Buffer.from(text)])),
    ...{ configuration: new Map(), unknown: NONE },
  };
  const schema = { table, attributes: new Map(), families: [family], configuration: new Map(), unknown: NONE };
  let count = 0;
  const written = regions.map(({ info, files }) => ({
    info,
    families: [
      {
        name: 'f',
        files: files.map(({ bytes, name = (++count).toString(16).padStart(32, '0') }) => {
          stored.set(`${tablePath(table)}/${encodedRegionName(info)}/f/${name}`, bytes);
          return { name, size: bytes.length };
        }),
      },
    ],
  }));
  return { manifest: new SnapshotManifest(writeSnapshotManifest(schema, written)), stored };
}

/** What a scan gives, and the ranged reads that it took. */
export async function scanMade(
  { manifest, stored }: ReturnType<typeof madeManifest>,
  request: Partial<ScanRequest> = {},
): Promise<{ readonly cells: readonly CanonicalCell[]; readonly reads: number; readonly expired: number }> {
  const scan = new TableScan(manifest, { isRaw: false, nowMs: 0, ...request });
  const sources: ReturnType<typeof sourceOf>[] = [];
  const open = (path: string) => {
    const source = sourceOf(stored.get(path)!);
    sources.push(source);
    return { ...source, where: path };
  };
  const cells: CanonicalCell[] = [];
  let expired = 0;
  for (const region of scan.regions) {
    const opened = await scan.open(region, open, { tailBytes: 16 << 10 });
    const cursor = opened.cells;
    while (await cursor.advance()) cells.push(canonicalCell(cursor.bytes, cursor.at, cursor.end, cursor.mvcc));
    expired += opened.expired();
  }
  return { cells, reads: sources.reduce((sum, { reads }) => sum + reads.length, 0), expired };
}
