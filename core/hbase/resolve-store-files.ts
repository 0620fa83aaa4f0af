import { checkFamilyName } from './family-name.ts';
import { HBaseFormatError } from './format-error.ts';
import type { ManifestRegion, ManifestStoreFile, SnapshotManifest } from './snapshot-manifest.ts';
import { parseStoreFileName } from './store-file-name.ts';
import { formatTableName, isSameTable, type TableName, tablePath } from './table-name.ts';
import { compareUtf8 } from './utf8-order.ts';

/** A file that a snapshot needs, where it really lies: below `data/`, `archive/data/` or `mobdir/data/`. */
export interface ResolvedStoreFile {
  readonly table: TableName;
  readonly region: string;
  readonly family: string;
  readonly name: string;
  readonly size: number;
  /** `ns/table/region/family/name`. */
  readonly path: string;
}

/**
 * Every file that the snapshot needs, once, in the order in which S3 lists its path (UTF-8 bytes). Links and references
 * are followed to the file they lead to, two daughters of one parent to the same one. Files that lie in their own region
 * stream out region by region; those that lie elsewhere are collected first, as one flat string each, and merged.
 *
 * @param table the table of the snapshot's description
 * @throws HBaseFormatError damaged, of another table, or two sizes for one file; InvalidStoreFileName; InvalidFamilyName
 */
export function* resolveStoreFiles(manifest: SnapshotManifest, table: TableName): Generator<ResolvedStoreFile> {
  if (!isSameTable(manifest.tableSchema.table, table)) {
    const other = formatTableName(manifest.tableSchema.table);
    throw new HBaseFormatError(manifest.what, 0, `is of table ${other}, its description of ${formatTableName(table)}`);
  }
  const { entries, regionsWithOwn } = collectForeign(manifest, table);
  let last: ResolvedStoreFile | undefined;
  for (const file of merged(ownFiles(manifest, table, regionsWithOwn), parsed(entries))) {
    if (last?.path === file.path) {
      // I9: one file of two sizes is a contradiction, and neither is known to be right.
      if (last.size === file.size) continue;
      throw new HBaseFormatError(manifest.what, 0, `${file.path} has ${last.size} bytes and also ${file.size}`);
    }
    yield file;
    last = file;
  }
}

/** Files that lie in the directory of the region that lists them, in order. */
function* ownFiles(
  manifest: SnapshotManifest,
  table: TableName,
  regions: readonly ManifestRegion[],
): Generator<ResolvedStoreFile> {
  for (const region of regions) {
    const families = Map.groupBy(manifest.storeFiles(region), (file) => file.family);
    // With the slash, because `a-b/` comes before `a/`.
    for (const family of [...families.keys()].sort((a, b) => compareUtf8(`${a}/`, `${b}/`))) {
      const directory = `${tablePath(table)}/${region.encodedName}/${checkFamilyName(family)}/`;
      for (const { name, size } of families.get(family)!.filter(isOwn).sort(byName)) {
        yield { table, region: region.encodedName, family, name, size, path: directory + name };
      }
    }
  }
}

/** Only links have a `=` in their name or their base; that those parse was seen when they were collected. */
function isOwn(file: ManifestStoreFile): boolean {
  return !file.name.includes('=') && parseStoreFileName(file.name).kind !== 'reference';
}

/** Names of files are ASCII, so the engine's order is that of their bytes. */
function byName(a: ManifestStoreFile, b: ManifestStoreFile): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** The files that links and references lead to, in order and as often as they are led to; and which regions have others. */
function collectForeign(manifest: SnapshotManifest, table: TableName) {
  const entries: string[] = [];
  const regionsWithOwn: ManifestRegion[] = [];
  let hasSurrogates = false;
  for (const region of manifest.regions) {
    let hasOwn = false;
    for (const file of manifest.storeFiles(region)) {
      const entry = foreignEntry(table, file);
      if (entry === undefined) hasOwn = true;
      else {
        entries.push(entry);
        hasSurrogates ||= /[\ud800-\udfff]/.test(entry);
      }
    }
    if (hasOwn) regionsWithOwn.push(region);
  }
  // Without surrogates the engine's own order of strings is that of their UTF-8 bytes, and ten times faster.
  if (hasSurrogates) entries.sort(compareUtf8);
  else entries.sort();
  return { entries, regionsWithOwn };
}

function* parsed(entries: readonly string[]): Generator<ResolvedStoreFile> {
  for (const entry of entries) {
    const [path = '', size] = entry.split('\0', 2);
    const [namespace = '', qualifier = '', region = '', family = '', name = ''] = path.split('/');
    yield { table: { namespace, qualifier }, region, family, name, size: Number(size), path };
  }
}

/** `path NUL size`: one flat string is what a million files can afford, and it sorts as the path does. */
function foreignEntry(table: TableName, file: ManifestStoreFile): string | undefined {
  if (!/[=.]/.test(file.name)) return undefined;
  const name = parseStoreFileName(file.name);
  const target = name.kind === 'reference' ? name.base : name;
  if (target.kind === 'link') return entryOf(target.table, target.region, file, target.hfile);
  if (name.kind !== 'reference') return undefined;
  return entryOf(table, name.parentRegion, file, target.name);
}

function entryOf(table: TableName, region: string, file: ManifestStoreFile, name: string): string {
  // join, because a template makes a rope of parts that stays in memory as such.
  return [tablePath(table), region, checkFamilyName(file.family), `${name}\0${file.size}`].join('/');
}

function* merged(a: Iterator<ResolvedStoreFile>, b: Iterator<ResolvedStoreFile>): Generator<ResolvedStoreFile> {
  let x = a.next();
  let y = b.next();
  while (!x.done || !y.done) {
    if (!x.done && (y.done || compareUtf8(x.value.path, y.value.path) <= 0)) {
      yield x.value;
      x = a.next();
    } else if (!y.done) {
      yield y.value;
      y = b.next();
    }
  }
}
