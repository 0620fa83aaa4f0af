import { Buffer } from 'node:buffer';
import { encodedRegionName } from '../../core/hbase/region-info.ts';
import { writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { parseTableName, tablePath } from '../../core/hbase/table-name.ts';

const NONE = Buffer.alloc(0);

/** A table of so many store files of one byte each, as HBase would lay it out, with its snapshot: key below the root → bytes. */
export function* madeTable(
  name: string,
  snapshot: string,
  count: number,
  creationMs = Date.UTC(2026, 10, 23, 9),
): Iterable<readonly [string, Uint8Array]> {
  const table = parseTableName(name);
  const region = { regionId: 1n, table, startKey: NONE, endKey: NONE, offline: false, split: false, replicaId: 0 };
  const info = { ...region, unknown: NONE };
  const files = Array.from({ length: count }, (_, i) => ({ name: i.toString(16).padStart(32, '0'), size: 1 }));
  const schema = { table, attributes: new Map(), families: [], configuration: new Map(), unknown: NONE };
  const manifest = writeSnapshotManifest(schema, [{ info, families: [{ name: 'f', files }] }]);
  const description = { name: snapshot, table, creationMs, type: 'FLUSH', version: 2, ttlSeconds: 0, unknown: NONE };
  yield [`.hbase-snapshot/${snapshot}/data.manifest`, manifest];
  yield [
    `.hbase-snapshot/${snapshot}/.snapshotinfo`,
    writeSnapshotDescription(description as Parameters<typeof writeSnapshotDescription>[0]),
  ];
  const base = `data/${tablePath(table)}`;
  const byte = Buffer.from('x');
  yield [`${base}/.tabledesc/.tableinfo.0000000001.1`, byte];
  for (const file of files) yield [`${base}/${encodedRegionName(info)}/f/${file.name}`, byte];
}
