import { checkFamilyName } from './family-name.ts';
import { mobRegionName } from './region-info.ts';
import { checkSnapshotName } from './snapshot-name.ts';
import { type TableName, tableName, tablePath } from './table-name.ts';

/** The three trees that hold store files below an HBase root directory. */
export type StoreArea = 'data' | 'archive' | 'mobdir';

/** Where a store file lies, without the tree it lies in: a file moves from `data` to `archive` at any time. */
export interface StoreFilePlace {
  readonly table: TableName;
  readonly region: string;
  readonly family: string;
  readonly name: string;
}

/** What a path below an HBase root is. `other` is everything a backup has no business with. */
export type LayoutPath =
  | { readonly kind: 'cluster-id' }
  | { readonly kind: 'version' }
  | { readonly kind: 'table-descriptor'; readonly area: StoreArea; readonly table: TableName; readonly name: string }
  | { readonly kind: 'region-info'; readonly area: StoreArea; readonly table: TableName; readonly region: string }
  | ({ readonly kind: 'store-file'; readonly area: StoreArea } & StoreFilePlace)
  | { readonly kind: 'snapshot-info'; readonly snapshot: string; readonly inProgress: boolean }
  | { readonly kind: 'snapshot-manifest'; readonly snapshot: string; readonly inProgress: boolean }
  | {
      readonly kind: 'region-manifest';
      readonly snapshot: string;
      readonly inProgress: boolean;
      readonly region: string;
    }
  | { readonly kind: 'snapshot-other'; readonly snapshot: string; readonly inProgress: boolean; readonly rest: string }
  | { readonly kind: 'other' };

export const CLUSTER_ID_PATH = 'hbase.id';
export const VERSION_PATH = 'hbase.version';
export const SNAPSHOTS_PATH = '.hbase-snapshot';

const AREAS: Readonly<Record<StoreArea, string>> = { data: 'data', archive: 'archive/data', mobdir: 'mobdir/data' };
const REGION = /^[0-9a-f]{1,64}$/;
const OTHER: LayoutPath = { kind: 'other' };

/** Directory markers of S3 file systems: keys that end with `/`, EMRFS's and S3N's `…_$folder$`. They are no files. */
export function isMarkerKey(key: string): boolean {
  return key.endsWith('/') || key.endsWith('_$folder$');
}

/** `data/ns/table/`, `archive/data/ns/table/` or `mobdir/data/ns/table/`. */
export function tableDirectory(area: StoreArea, table: TableName): string {
  return `${AREAS[area]}/${tablePath(table)}/`;
}

export function regionDirectory(area: StoreArea, table: TableName, region: string): string {
  return `${tableDirectory(area, table)}${checkRegion(region)}/`;
}

export function storeFilePath(area: StoreArea, file: StoreFilePlace): string {
  return `${regionDirectory(area, file.table, file.region)}${checkFamilyName(file.family)}/${checkComponent(file.name)}`;
}

/** Where HFileLink looks for a file, in its order: mob files never lie in `data`. `.tmp` is where a table is being dropped. */
export function storeFileCandidates(file: StoreFilePlace): string[] {
  const inArea = (area: StoreArea) => storeFilePath(area, file);
  return file.region === mobRegionName(file.table)
    ? [inArea('mobdir'), inArea('archive')]
    : [inArea('data'), inArea('archive'), `.tmp/${inArea('data')}`, inArea('mobdir')];
}

/** `.hbase-snapshot/<name>/`, or `.hbase-snapshot/.tmp/<name>/` of a snapshot that is being taken. */
export function snapshotDirectory(snapshot: string, inProgress = false): string {
  return `${SNAPSHOTS_PATH}/${inProgress ? '.tmp/' : ''}${checkSnapshotName(snapshot)}/`;
}

export function snapshotInfoPath(snapshot: string, inProgress = false): string {
  return `${snapshotDirectory(snapshot, inProgress)}.snapshotinfo`;
}

export function snapshotManifestPath(snapshot: string, inProgress = false): string {
  return `${snapshotDirectory(snapshot, inProgress)}data.manifest`;
}

export function tableDescriptorDirectory(table: TableName): string {
  return `${tableDirectory('data', table)}.tabledesc/`;
}

/**
 * Reads a path below an HBase root, without a slash before it. Marker keys are `other`.
 * @throws InvalidTableName, InvalidFamilyName, InvalidSnapshotName for names that HBase cannot have made
 */
export function parseLayoutPath(path: string): LayoutPath {
  if (isMarkerKey(path)) return OTHER;
  if (path === CLUSTER_ID_PATH) return { kind: 'cluster-id' };
  if (path === VERSION_PATH) return { kind: 'version' };
  const parts = path.split('/');
  if (parts[0] === SNAPSHOTS_PATH) return parseSnapshotPath(parts.slice(1));
  if (parts[0] === 'data') return parseTablePath('data', parts.slice(1));
  if (parts[0] === 'archive' && parts[1] === 'data') return parseTablePath('archive', parts.slice(2));
  if (parts[0] === 'mobdir' && parts[1] === 'data') return parseTablePath('mobdir', parts.slice(2));
  return OTHER;
}

function parseTablePath(area: StoreArea, parts: readonly string[]): LayoutPath {
  const [namespace, qualifier, third, fourth, fifth, ...more] = parts;
  if (namespace === undefined || qualifier === undefined || third === undefined || fourth === undefined) return OTHER;
  if (third === '.tabledesc' && fifth === undefined) {
    return { kind: 'table-descriptor', area, table: tableName(namespace, qualifier), name: fourth };
  }
  if (!REGION.test(third)) return OTHER;
  if (fourth === '.regioninfo' && fifth === undefined) {
    return { kind: 'region-info', area, table: tableName(namespace, qualifier), region: third };
  }
  // .tmp, .splits, .merges, recovered.edits; and below a family .filelist and .links-*.
  const isTransient = fourth.startsWith('.') || fourth === 'recovered.edits';
  if (fifth === undefined || fifth === '' || fifth.startsWith('.') || more.length > 0 || isTransient) return OTHER;
  const table = tableName(namespace, qualifier);
  return { kind: 'store-file', area, table, region: third, family: checkFamilyName(fourth), name: fifth };
}

function parseSnapshotPath(parts: readonly string[]): LayoutPath {
  const inProgress = parts[0] === '.tmp';
  const [name, ...rest] = inProgress ? parts.slice(1) : parts;
  if (name === undefined || rest.length === 0) return OTHER;
  const snapshot = checkSnapshotName(name);
  const file = rest.join('/');
  if (file === '.snapshotinfo') return { kind: 'snapshot-info', snapshot, inProgress };
  if (file === 'data.manifest') return { kind: 'snapshot-manifest', snapshot, inProgress };
  const region = /^region-manifest\.([0-9a-f]{1,64})$/.exec(file)?.[1];
  if (region !== undefined) return { kind: 'region-manifest', snapshot, inProgress, region };
  return { kind: 'snapshot-other', snapshot, inProgress, rest: file };
}

function checkRegion(region: string): string {
  if (!REGION.test(region))
    throw new RangeError(`not the encoded name of a region: ${JSON.stringify(region.slice(0, 100))}`);
  return region;
}

function checkComponent(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw new RangeError(`not the name of a file: ${JSON.stringify(name.slice(0, 100))}`);
  }
  return name;
}
