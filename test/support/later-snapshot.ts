import { readSnapshotDescription, writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { formatTableName, tablePath } from '../../core/hbase/table-name.ts';
import type { Fixture } from './fixture.ts';

export interface LaterSnapshot {
  readonly name: string;
  readonly table: string;
  readonly creationMs: number;
  /** `<ns>/<table>/<region>/<family>/<file>` → bytes, of what it lists. */
  readonly files: ReadonlyMap<string, number>;
  /** Key below the HBase root directory → bytes. */
  readonly objects: readonly (readonly [string, Uint8Array])[];
}

/**
 * A snapshot of a fixture's table as it lies below `data/` at the end: what HBase flushed, loaded and compacted after
 * `before`, whose regions and descriptor it has. `keeps` leaves files out, as an earlier or a compacted table has them.
 */
export function laterSnapshot(
  fixture: Fixture,
  before: string,
  name: string,
  minutesLater: number,
  keeps: (path: string) => boolean = () => true,
): LaterSnapshot {
  const of = (file: string) => fixture.get(`hbase/.hbase-snapshot/${before}/${file}`) ?? Buffer.alloc(0);
  const description = readSnapshotDescription(of('.snapshotinfo'));
  const manifest = new SnapshotManifest(of('data.manifest'));
  const creationMs = description.creationMs + minutesLater * 60_000;
  const files = new Map<string, number>();
  const regions = manifest.regions.map((region) => {
    const families = manifest.tableSchema.families.map((family) => {
      const prefix = `${tablePath(description.table)}/${region.encodedName}/${family.name}/`;
      const found = [...fixture].flatMap(([path, bytes]) => {
        const key = path.slice('hbase/data/'.length);
        return path.startsWith(`hbase/data/${prefix}`) && keeps(key) ? [[key, bytes.length] as const] : [];
      });
      for (const [path, size] of found) files.set(path, size);
      return { name: family.name, files: found.map(([path, size]) => ({ name: path.slice(prefix.length), size })) };
    });
    return { info: manifest.regionInfo(region), families };
  });
  const folder = `.hbase-snapshot/${name}`;
  return {
    name,
    table: formatTableName(description.table),
    creationMs,
    files,
    objects: [
      [`${folder}/data.manifest`, writeSnapshotManifest(manifest.tableSchema, regions)],
      [`${folder}/.snapshotinfo`, writeSnapshotDescription({ ...description, name, creationMs })],
    ],
  };
}

/** What the snapshot of a fixture lists, as {@link LaterSnapshot.files}. Plain files only: no links, no references. */
export function filesOfSnapshot(fixture: Fixture, name: string): Map<string, number> {
  const of = (file: string) => fixture.get(`hbase/.hbase-snapshot/${name}/${file}`) ?? Buffer.alloc(0);
  const { table } = readSnapshotDescription(of('.snapshotinfo'));
  const manifest = new SnapshotManifest(of('data.manifest'));
  return new Map(
    manifest.regions.flatMap((region) =>
      manifest
        .storeFiles(region)
        .map((file) => [`${tablePath(table)}/${region.encodedName}/${file.family}/${file.name}`, file.size] as const),
    ),
  );
}
