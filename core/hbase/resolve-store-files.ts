import { checkFamilyName } from './family-name.ts';
import { HBaseFormatError } from './format-error.ts';
import type { ManifestStoreFile, SnapshotManifest } from './snapshot-manifest.ts';
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
  let last: ResolvedStoreFile | undefined;
  for (const file of merged(ownFiles(manifest, table), foreignFiles(manifest, table))) {
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
function* ownFiles(manifest: SnapshotManifest, table: TableName): Generator<ResolvedStoreFile> {
  for (const region of manifest.regions) {
    const files: ResolvedStoreFile[] = [];
    for (const file of manifest.storeFiles(region)) {
      const { kind } = parseStoreFileName(file.name);
      if (kind === 'link' || kind === 'reference') continue;
      files.push(located(table, region.encodedName, checkFamilyName(file.family), file.name, file.size));
    }
    yield* files.sort((a, b) => compareUtf8(a.path, b.path));
  }
}

/** Files that links and references lead to, in order and as often as they are led to. */
function* foreignFiles(manifest: SnapshotManifest, table: TableName): Generator<ResolvedStoreFile> {
  const entries: string[] = [];
  let hasSurrogates = false;
  for (const region of manifest.regions) {
    for (const file of manifest.storeFiles(region)) {
      const entry = foreignEntry(table, file);
      if (entry === undefined) continue;
      entries.push(entry);
      hasSurrogates ||= /[\ud800-\udfff]/.test(entry);
    }
  }
  // Without surrogates the engine's own order of strings is that of their UTF-8 bytes, and ten times faster.
  if (hasSurrogates) entries.sort(compareUtf8);
  else entries.sort();
  for (const entry of entries) {
    const [namespace = '', qualifier = '', region = '', family = '', name = '', size = ''] = entry.split(/[/\0]/);
    yield located({ namespace, qualifier }, region, family, name, Number(size));
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

function located(table: TableName, region: string, family: string, name: string, size: number): ResolvedStoreFile {
  return { table, region, family, name, size, path: `${tablePath(table)}/${region}/${family}/${name}` };
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
