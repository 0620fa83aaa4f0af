import type { ClusterDescription, ClusterSection } from '../../../core/cluster-description.ts';
import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { PlatformUnavailable } from '../../../core/errors/platform-errors.ts';
import { readGrants } from '../../../core/hbase/cluster/grants.ts';
import { readLabels } from '../../../core/hbase/cluster/labels.ts';
import { type LatestCell, latestCells, TooMuchToDescribe } from '../../../core/hbase/cluster/latest-cells.ts';
import { readNamespaces } from '../../../core/hbase/cluster/namespaces.ts';
import { readQuotas } from '../../../core/hbase/cluster/quotas.ts';
import {
  DESCRIBED_TABLES,
  type DescribedTable,
  SYSTEM_TABLES_PATH,
  systemStoreFiles,
} from '../../../core/hbase/cluster/system-store-files.ts';
import type { HFileSource } from '../../../core/hbase/hfile/hfile-source.ts';
import { isMarkerKey, VERSION_PATH } from '../../../core/hbase/layout.ts';
import { readLayoutVersion } from '../../../core/hbase/layout-version.ts';
import { printable } from '../../../core/printable.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { ClusterFiles } from '../../ports/cluster-files.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

type Objects = Pick<ObjectStore, 'list' | 'get' | 'getRange'>;

interface Listed {
  readonly path: string;
  readonly key: string;
  readonly size: number;
  readonly etag: string;
}

/** HBase's own tables have some dozens of files. */
const MOST_KEYS = 20_000;
const MOST_REASON = 300;
const MAX_VERSION_FILE = 4_096;

/** The tables of HBase's own, read out of their store files in S3. */
export function s3ClusterFiles(objects: Objects): ClusterFiles {
  return {
    async describe(source, clusterId): Promise<ClusterDescription> {
      const list = lister(objects, source, SYSTEM_TABLES_PATH);
      const of = <E>(table: DescribedTable, read: (cells: readonly LatestCell[]) => E[]) =>
        sectionOf(objects, source, list, table, read);
      const namespaces = await of('namespace', readNamespaces);
      const grants = await of('acl', readGrants);
      const labels = await of('labels', readLabels);
      const quotas = await of('quota', readQuotas);
      const systemTables = (await noted(async () => tablesOf(await list()))).value ?? [];
      const layoutVersion = await versionOf(objects, source);
      return { format: 1, clusterId, layoutVersion, systemTables, namespaces, grants, labels, quotas };
    },
    labels: (place) =>
      sectionOf(objects, place, lister(objects, place, `${SYSTEM_TABLES_PATH}labels/`), 'labels', readLabels),
  };
}

/** Lists once for all tables; again after a failure, since compactions replace files. */
function lister(objects: Objects, place: S3Uri, below: string): (again?: boolean) => Promise<readonly Listed[]> {
  let listed: Promise<readonly Listed[]> | undefined;
  return (again = false) => {
    if (again) listed = undefined;
    listed ??= listOf(objects, place, below);
    return listed;
  };
}

async function listOf(objects: Objects, place: S3Uri, below: string): Promise<readonly Listed[]> {
  const listed: Listed[] = [];
  for await (const { key, size, etag } of objects.list(place.bucket, `${place.prefix}/${below}`)) {
    if (isMarkerKey(key)) continue;
    if (listed.length >= MOST_KEYS) throw new TooMuchToDescribe(`more than ${MOST_KEYS} objects below ${below}`);
    listed.push({ path: key.slice(place.prefix.length + 1), key, size, etag });
  }
  return listed;
}

async function sectionOf<E>(
  objects: Objects,
  place: S3Uri,
  list: (again?: boolean) => Promise<readonly Listed[]>,
  table: DescribedTable,
  read: (cells: readonly LatestCell[]) => E[],
): Promise<{ state: 'SEEN'; files: number; entries: E[] } | Exclude<ClusterSection<E>, { state: 'SEEN' }>> {
  const once = async (again: boolean) => {
    const files = systemStoreFiles(await list(again), table);
    if (files === undefined) return undefined;
    const sources = files.map(({ key, size, etag }): HFileSource => {
      const range = (offset: number, length: number) => objects.getRange(place.bucket, key, offset, length, etag);
      return { sizeBytes: size, read: range };
    });
    return { files: files.length, entries: read(await latestCells(sources)) };
  };
  let tried = await noted(() => once(false));
  if (tried.reason !== undefined) tried = await noted(() => once(true));
  if (tried.reason !== undefined) {
    const what = `hbase:${table}, family ${DESCRIBED_TABLES[table]}`;
    return { state: 'UNREADABLE', reason: printable(`${what}: ${tried.reason}`).slice(0, MOST_REASON).toWellFormed() };
  }
  return tried.value === undefined ? { state: 'ABSENT' } : { state: 'SEEN', ...tried.value };
}

async function versionOf(objects: Objects, source: S3Uri): Promise<string | null> {
  const read = async () => {
    const object = await objects.get(source.bucket, `${source.prefix}/${VERSION_PATH}`, MAX_VERSION_FILE);
    return object && readLayoutVersion(object.bytes);
  };
  return (await noted(read)).value ?? null;
}

/** Names of the folders below `data/hbase/`. */
const tablesOf = (listed: readonly Listed[]): string[] => [
  ...new Set(listed.map(({ path }) => path.slice(SYSTEM_TABLES_PATH.length).split('/', 1)[0]!)),
];

/** What it answers, or why it does not. Nothing that a file says stops a backup; a platform that is away does. */
async function noted<T>(read: () => Promise<T>): Promise<{ value?: T; reason?: string }> {
  try {
    return { value: await read() };
  } catch (error) {
    const isFound = error instanceof HoldfastError || error instanceof RangeError || error instanceof TooMuchToDescribe;
    if (!isFound || error instanceof PlatformUnavailable) throw error;
    return { reason: error.message };
  }
}
