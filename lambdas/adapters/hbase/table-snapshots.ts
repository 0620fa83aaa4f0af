import { isArchived } from '../../../core/archived-storage-class.ts';
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
import { NAMED, nameSome } from '../../../core/name-some.ts';
import { MOST_TABLES, tooManyTables } from '../../../core/plan/most-tables.ts';
import { requireFresh } from '../../../core/plan/snapshot-age.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListedObject, ObjectStore } from '../../ports/object-store.ts';
import type { TableSnapshot, TableSnapshots } from '../../ports/table-snapshots.ts';
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

/** A snapshot that nothing can be made from; its table, if that could be read. */
interface BadSnapshot {
  readonly folder: SnapshotFolder;
  readonly table: string | undefined;
  readonly error: HoldfastError;
}

/** Snapshots found from HBase's files in S3. */
export function s3TableSnapshots(objects: ObjectStore, clock: Clock): TableSnapshots {
  /** `undefined` if it was removed since the listing. */
  async function read(
    source: S3Uri,
    folder: SnapshotFolder & { info: ListedObject },
  ): Promise<ReadSnapshot | BadSnapshot | undefined> {
    const bad = (error: HoldfastError, table?: string): BadSnapshot => ({ folder, table, error });
    const archived = archivedError(source, folder.info);
    if (archived) return bad(archived);
    if (folder.info.size > MAX_SMALL_FILE) {
      return bad(damaged(folder.name, `its .snapshotinfo has ${folder.info.size} bytes`));
    }
    const object = await objects.get(source.bucket, folder.info.key, MAX_SMALL_FILE);
    if (object === undefined) return undefined;
    let description: SnapshotDescription;
    try {
      description = readSnapshotDescription(object.bytes, `.snapshotinfo of snapshot ${folder.name}`);
    } catch (error) {
      if (error instanceof HoldfastError) return bad(damaged(folder.name, error.message));
      throw error;
    }
    const { name, creationMs } = description;
    const table = formatTableName(description.table);
    if (name !== folder.name) return bad(damaged(folder.name, `its .snapshotinfo is of snapshot ${name}`), table);
    if (creationMs > clock.now() + MOST_AHEAD_MS) {
      const why = `it says that it was created at ${timeOf(creationMs)}, in the future`;
      return bad(damaged(folder.name, why), table);
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
      if (tables.length > MOST_TABLES) throw tooManyTables(`${source.uri} has more`);
      const names = new Map(Object.entries(wanted.snapshots));
      const isNamedAlone = tables.every((table) => names.has(table));
      const named = new Set(names.values());
      // A folder without .snapshotinfo is a snapshot that is being written, or a hold of a restore.
      const candidates = [...folders.values()].filter(hasInfo).filter(({ name }) => !isNamedAlone || named.has(name));
      const snapshots: ReadSnapshot[] = [];
      const bad: BadSnapshot[] = [];
      for (let i = 0; i < candidates.length; i += AT_ONCE) {
        const slice = candidates.slice(i, i + AT_ONCE);
        const answers = await Promise.allSettled(slice.map((folder) => read(source, folder)));
        for (const answer of answers) {
          if (answer.status === 'rejected') throw answer.reason;
          if (answer.value === undefined) continue;
          if ('error' in answer.value) bad.push(answer.value);
          else snapshots.push(answer.value);
        }
      }
      return chosen(source, { snapshots, bad }, tables, names, clock.now());
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

/**
 * A snapshot that cannot be used stands in the way of the tables that it is of, or was named for, and of nobody else;
 * one whose table is unknown in the way of tables that have no other. What is gone since the listing is not there.
 */
function chosen(
  source: S3Uri,
  { snapshots, bad }: { readonly snapshots: readonly ReadSnapshot[]; readonly bad: readonly BadSnapshot[] },
  tables: readonly string[],
  names: ReadonlyMap<string, string>,
  nowMs: number,
): TableSnapshot[] {
  const byTable = Map.groupBy(snapshots, ({ description }) => formatTableName(description.table));
  const without: string[] = [];
  const picked: ReadSnapshot[] = [];
  for (const table of [...tables].sort()) {
    const name = names.get(table);
    const unusable = bad.find((one) => (name === undefined ? one.table === table : one.folder.name === name));
    if (unusable !== undefined) throw unusable.error;
    const found =
      name === undefined ? newest(byTable.get(table) ?? [], nowMs) : theNamed(snapshots, source, table, name);
    if (found === undefined) without.push(table);
    else picked.push(found);
  }
  if (without.length > 0) {
    const unknown = bad.find(({ table }) => table === undefined);
    throw unknown?.error ?? notFound(without, `no complete snapshot of ${nameSome(without)} in ${source.uri}`);
  }
  return picked.map(({ folder, info, description }) => {
    requireLayoutV2(description);
    if (isExpired(description, nowMs)) throw expired(description);
    if (!names.has(formatTableName(description.table))) requireFresh(description, nowMs);
    if (folder.manifest === undefined) throw damaged(folder.name, 'it has no data.manifest');
    const archived = archivedError(source, folder.manifest);
    if (archived) throw archived;
    const { creationMs, type } = description;
    const wholeMs = Math.max(creationMs, folder.info?.lastModifiedMs ?? 0, folder.manifest.lastModifiedMs);
    return { table: formatTableName(description.table), snapshot: folder.name, creationMs, wholeMs, type, info };
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

function archivedError(source: S3Uri, object: ListedObject): SourceUnreadable | undefined {
  if (!isArchived(object.storageClass)) return undefined;
  return new SourceUnreadable(
    `s3://${source.bucket}/${object.key} has the storage class ${object.storageClass} and cannot be read at once`,
    'restore the object in S3 (or copy it to S3 Standard), then start the backup again',
    { key: object.key },
  );
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
  new SnapshotNotFound(
    message,
    nameSome(
      tables.map((t) => `snapshot '${t}', 'NAME' in the HBase shell`),
      '; ',
    ),
    {
      tables: tables.slice(0, NAMED),
      count: tables.length,
    },
  );
