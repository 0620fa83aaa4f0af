import { isArchived } from '../archived-storage-class.ts';
import { SourceChanged, SourceFileMissing, SourceUnreadable } from '../errors/source-errors.ts';
import type { FileEntry, PlannedFile } from '../file-entry.ts';
import { formatTableName, type TableName } from '../hbase/table-name.ts';
import { compareUtf8 } from '../hbase/utf8-order.ts';
import type { HolderFiles } from './holder-files.ts';
import { shareOf } from './planned-line.ts';
import type { FoundFile, SourceFiles } from './source-files.ts';

/** A file that the snapshot needs (core/hbase/resolve-store-files.ts). */
export interface NeededFile {
  readonly table: TableName;
  readonly region: string;
  readonly family: string;
  readonly name: string;
  readonly size: number;
  readonly path: string;
}

export interface TableToPlan {
  readonly snapshot: string;
  readonly clusterId: string;
  /** Ascending by path. */
  readonly needed: Iterable<NeededFile>;
  readonly source: Pick<SourceFiles, 'find'>;
  /** The list of the newest COMPLETE image of the table, ascending; nothing to copy everything. */
  readonly previous: AsyncIterable<FileEntry> | Iterable<FileEntry>;
  /** Where the bytes of older images lie now. */
  readonly holders: Pick<HolderFiles, 'find'>;
}

export interface PlanTotals {
  files: number;
  bytes: number;
  newFiles: number;
  newBytes: number;
}

export interface TableTotals extends PlanTotals {
  /** Files of the previous image that the snapshot needs no more: compactions wrote them anew, or the table was made anew. */
  rewrittenFiles: number;
  rewrittenBytes: number;
}

export const noTotals = (): PlanTotals => ({ files: 0, bytes: 0, newFiles: 0, newBytes: 0 });
export const noTableTotals = (): TableTotals => ({ ...noTotals(), rewrittenFiles: 0, rewrittenBytes: 0 });

const BATCH = 1_000;

/**
 * What is done about each file of a table's snapshot, ascending by path, in batches; counted into `totals`. One pass
 * over sorted streams. Bytes that an older image holds in an archive are copied again: a restore reads at once.
 * @throws SourceFileMissing, SourceChanged, SourceUnreadable, each naming the file (I9)
 */
export async function* planTable(table: TableToPlan, totals: TableTotals): AsyncGenerator<readonly PlannedFile[]> {
  const previous = new PreviousFiles(table.previous);
  let batch: PlannedFile[] = [];
  try {
    for (const file of table.needed) {
      let found = table.source.find(file.path);
      if (found instanceof Promise) found = await found;
      const source = checked(table, file, found);
      let known = previous.find(file.path);
      if (known instanceof Promise) known = await known;
      let isShared = known !== undefined && isSameFile(known, source, table.clusterId);
      if (isShared) {
        let held = table.holders.find(known!);
        if (held instanceof Promise) held = await held;
        // Missing or changed is not for the plan to hide: the verification before the seal refuses it.
        isShared = held === undefined || !isArchived(held.storageClass);
      }
      totals.files++;
      totals.bytes += file.size;
      if (isShared) batch.push(shareOf(known!));
      else {
        totals.newFiles++;
        totals.newBytes += file.size;
        batch.push({ action: 'copy', path: file.path, size: file.size, area: source.area, etag: source.etag });
      }
      if (batch.length === BATCH) {
        yield batch;
        batch = [];
      }
    }
    // The rest of the list too: its digest is compared at its end, and a plan rests on no damaged list.
    await previous.drain();
    totals.rewrittenFiles += previous.passedFiles;
    totals.rewrittenBytes += previous.passedBytes;
    if (batch.length > 0) yield batch;
  } finally {
    await previous.close();
  }
}

/**
 * HFiles never change: cluster, path and size say which file it is. While the key is the same its ETag must be too; it
 * says nothing after the one move that HBase makes, `data/` → `archive/`. Whatever came another way is copied.
 */
function isSameFile(known: FileEntry, source: FoundFile, clusterId: string): boolean {
  if (known.source.clusterId !== clusterId || known.size !== source.size) return false;
  if (known.source.area === source.area) return known.source.etag === source.etag;
  return known.source.area === 'data' && source.area === 'archive';
}

function checked(table: TableToPlan, file: NeededFile, found: FoundFile | undefined): FoundFile {
  const evidence = {
    table: formatTableName(file.table),
    region: file.region,
    family: file.family,
    file: file.name,
    sizeBytes: file.size,
    snapshot: table.snapshot,
    path: file.path,
    area: found?.area,
  };
  const what = `file ${file.name} of table ${evidence.table}, region ${file.region}, family ${file.family}`;
  const needs = `which snapshot ${table.snapshot} needs`;
  if (found === undefined) {
    throw new SourceFileMissing(
      `${what}, ${file.size} bytes, ${needs}, is neither in data/ nor in archive/ nor in mobdir/`,
      'take a new snapshot of the table and back that up',
      evidence,
    );
  }
  if (found.size !== file.size) {
    throw new SourceChanged(
      `${what}, ${needs}, has ${found.size} bytes in ${found.area}/ instead of ${file.size}`,
      'take a new snapshot of the table and back that up; if the file is damaged, restore an older backup',
      evidence,
    );
  }
  if (isArchived(found.storageClass)) {
    throw new SourceUnreadable(
      `${what}, ${needs}, has the storage class ${found.storageClass} and cannot be read at once`,
      'restore the object in S3 (or copy it to S3 Standard), then start the backup again',
      evidence,
    );
  }
  return found;
}

/** The previous image's list beside the needed files; answers without a promise where it can. */
class PreviousFiles {
  readonly #entries: AsyncIterator<FileEntry>;
  #next: FileEntry | undefined;
  #isFound = true;
  #isOver = false;
  /** Of what nobody looked for. */
  passedFiles = 0;
  passedBytes = 0;

  constructor(entries: AsyncIterable<FileEntry> | Iterable<FileEntry>) {
    this.#entries = Symbol.asyncIterator in entries ? entries[Symbol.asyncIterator]() : asAsync(entries);
  }

  find(path: string): FileEntry | undefined | Promise<FileEntry | undefined> {
    if (this.#isOver) return undefined;
    if (this.#next !== undefined) {
      const order = compareUtf8(this.#next.path, path);
      if (order === 0) return this.#found();
      if (order > 0) return undefined;
    }
    return this.#findFurther(path);
  }

  async drain(): Promise<void> {
    while (!this.#isOver) await this.#advance();
  }

  async close(): Promise<void> {
    await this.#entries.return?.();
  }

  async #findFurther(path: string): Promise<FileEntry | undefined> {
    while (!this.#isOver && (this.#next === undefined || compareUtf8(this.#next.path, path) < 0)) await this.#advance();
    return this.#next?.path === path ? this.#found() : undefined;
  }

  #found(): FileEntry | undefined {
    this.#isFound = true;
    return this.#next;
  }

  async #advance(): Promise<void> {
    if (this.#next !== undefined && !this.#isFound) {
      this.passedFiles++;
      this.passedBytes += this.#next.size;
    }
    const next = await this.#entries.next();
    this.#isFound = false;
    this.#isOver = next.done === true;
    this.#next = next.done ? undefined : next.value;
  }
}

async function* asAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
