import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import {
  SnapshotDamaged,
  SnapshotExpired,
  SnapshotNotFound,
  SourceNotFound,
  SourceUnreadable,
} from '../../../core/errors/source-errors.ts';
import { readClusterId } from '../../../core/hbase/cluster-id.ts';
import { CLUSTER_ID_PATH, snapshotManifestPath } from '../../../core/hbase/layout.ts';
import {
  isExpired,
  readSnapshotDescription,
  requireLayoutV2,
  type SnapshotDescription,
} from '../../../core/hbase/snapshot-description.ts';
import { formatTableName } from '../../../core/hbase/table-name.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts';
import type { TableSnapshot, TableSnapshots, WantedTables } from '../../ports/table-snapshots.ts';
import { listSnapshotFolders, type SnapshotFolder } from './snapshot-folders.ts';
import { listSourceTables } from './source-tables.ts';

const MAX_SMALL_FILE = 1024 * 1024;
/** HBase's own limit is 64 MB (`snapshot.manifest.size.limit`), raised by some. */
const MAX_MANIFEST = 512 * 1024 * 1024;
/** `.snapshotinfo` files that are read at once. */
const AT_ONCE = 32;
/** Clocks of a cluster and of AWS differ by less; a snapshot of the future would stay the newest one for as long. */
const MOST_AHEAD_MS = 24 * 60 * 60 * 1_000;

interface ReadSnapshot {
  readonly folder: SnapshotFolder;
  readonly info: Uint8Array;
  readonly description: SnapshotDescription;
}

/** Snapshots found from HBase's files in S3. */
export function s3TableSnapshots(objects: ObjectStore, clock: Clock): TableSnapshots {
  async function read(source: S3Uri, folder: SnapshotFolder & { info: ListedObject }): Promise<ReadSnapshot> {
    const what = `.snapshotinfo of snapshot ${folder.name}`;
    const object = await objects.get(source.bucket, readable(source, folder.info).key, MAX_SMALL_FILE);
    if (object === undefined) throw notFound([], `snapshot ${folder.name} was removed while it was read`);
    const description = undamaged(folder.name, () => readSnapshotDescription(object.bytes, what));
    if (description.name !== folder.name) {
      throw damaged(folder.name, `its .snapshotinfo is of snapshot ${description.name}`);
    }
    if (description.creationMs > clock.now() + MOST_AHEAD_MS) {
      throw damaged(folder.name, `it says that it was created at ${timeOf(description.creationMs)}, in the future`);
    }
    return { folder, info: object.bytes, description };
  }

  return {
    async clusterId(source) {
      const object = await objects.get(source.bucket, `${source.prefix}/${CLUSTER_ID_PATH}`, MAX_SMALL_FILE);
      if (object === undefined) {
        throw new SourceNotFound(
          `${source.uri} has no ${CLUSTER_ID_PATH}: it is no HBase root directory`,
          'give hbase.rootdir as --source',
          { source: source.uri },
        );
      }
      return readClusterId(object.bytes, `${CLUSTER_ID_PATH} of ${source.uri}`);
    },

    async choose(source, wanted) {
      const folders = await listSnapshotFolders(objects, source);
      const tables = wanted.tables ?? (await listSourceTables(objects, source));
      if (tables.length === 0) throw notFound([], `${source.uri} has no table`);
      const isNamedAlone = tables.every((table) => wanted.snapshots[table] !== undefined);
      const named = new Set(Object.values(wanted.snapshots));
      // A folder without .snapshotinfo is a snapshot that is being written, or a hold of a restore.
      const candidates = [...folders.values()].filter(hasInfo).filter(({ name }) => !isNamedAlone || named.has(name));
      const snapshots: ReadSnapshot[] = [];
      for (let i = 0; i < candidates.length; i += AT_ONCE) {
        const slice = candidates.slice(i, i + AT_ONCE);
        const answers = await Promise.allSettled(slice.map((folder) => read(source, folder)));
        for (const answer of answers) {
          if (answer.status === 'rejected') throw answer.reason;
          snapshots.push(answer.value);
        }
      }
      return chosen(source, snapshots, tables, wanted, clock.now());
    },

    async dataManifest(source, snapshot) {
      const key = `${source.prefix}/${snapshotManifestPath(snapshot)}`;
      const object = await objects.get(source.bucket, key, MAX_MANIFEST);
      if (object === undefined) throw notFound([], `snapshot ${snapshot} has no data.manifest`);
      return object.bytes;
    },
  };
}

/** A `Date` ends at 8.64e15 ms, before the safe integers do. */
const timeOf = (ms: number) => (ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);

const hasInfo = (folder: SnapshotFolder): folder is SnapshotFolder & { info: ListedObject } =>
  folder.info !== undefined;

function chosen(
  source: S3Uri,
  snapshots: readonly ReadSnapshot[],
  tables: readonly string[],
  wanted: WantedTables,
  nowMs: number,
): TableSnapshot[] {
  const byTable = Map.groupBy(snapshots, ({ description }) => formatTableName(description.table));
  const without: string[] = [];
  const picked: ReadSnapshot[] = [];
  for (const table of [...tables].sort()) {
    const name = wanted.snapshots[table];
    const found =
      name === undefined ? newest(byTable.get(table) ?? [], nowMs) : theNamed(snapshots, source, table, name);
    if (found === undefined) without.push(table);
    else picked.push(found);
  }
  if (without.length > 0) throw notFound(without, `no complete snapshot of ${without.join(', ')} in ${source.uri}`);
  return picked.map(({ folder, info, description }) => {
    requireLayoutV2(description);
    if (isExpired(description, nowMs)) throw expired(description);
    if (folder.manifest === undefined) throw damaged(folder.name, 'it has no data.manifest');
    readable(source, folder.manifest);
    const { creationMs, type } = description;
    return { table: formatTableName(description.table), snapshot: folder.name, creationMs, type, info };
  });
}

/** Incomplete ones are being written, expired ones count only if there is no other: then they are refused by name. */
function newest(snapshots: readonly ReadSnapshot[], nowMs: number): ReadSnapshot | undefined {
  const complete = snapshots.filter(({ folder, description }) => folder.manifest || description.version !== 2);
  const live = complete.filter(({ description }) => !isExpired(description, nowMs));
  const ranked = (live.length > 0 ? live : complete).toSorted(
    (a, b) => b.description.creationMs - a.description.creationMs || (a.folder.name < b.folder.name ? -1 : 1),
  );
  return ranked[0];
}

function theNamed(snapshots: readonly ReadSnapshot[], source: S3Uri, table: string, name: string): ReadSnapshot {
  const found = snapshots.find(({ folder }) => folder.name === name);
  if (found === undefined) throw notFound([table], `no snapshot ${name} in ${source.uri}`);
  const other = formatTableName(found.description.table);
  if (other !== table) throw damaged(name, `it is of table ${other}, not of ${table}`);
  return found;
}

function readable(source: S3Uri, object: ListedObject): ListedObject {
  if (object.storageClass !== 'GLACIER' && object.storageClass !== 'DEEP_ARCHIVE') return object;
  throw new SourceUnreadable(
    `s3://${source.bucket}/${object.key} has the storage class ${object.storageClass} and cannot be read at once`,
    'restore the object in S3 (or copy it to S3 Standard), then start the backup again',
    { key: object.key },
  );
}

function undamaged<T>(snapshot: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof HoldfastError) throw damaged(snapshot, error.message);
    throw error;
  }
}

const damaged = (snapshot: string, why: string) =>
  new SnapshotDamaged(
    `snapshot ${snapshot} cannot be used: ${why}`,
    'delete the snapshot or take a new one, or name another with --snapshot TABLE=NAME',
    { snapshot },
  );

const expired = ({ name, ttlSeconds, creationMs }: SnapshotDescription) =>
  new SnapshotExpired(
    `snapshot ${name} expired: HBase may have removed files of it already`,
    'take a new snapshot of the table',
    { snapshot: name, ttlSeconds, creationMs },
  );

const notFound = (tables: readonly string[], message: string) =>
  new SnapshotNotFound(message, tables.map((t) => `snapshot '${t}', 'NAME' in the HBase shell`).join('; '), { tables });
