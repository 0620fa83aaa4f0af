import { isArchived } from '../../core/archived-storage-class.ts';
import { SourceFileMissing, SourceUnreadable } from '../../core/errors/source-errors.ts';
import type { PlannedFile, SourceArea } from '../../core/file-entry.ts';
import { writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import type { Base } from '../../core/plan/newest-bases.ts';
import { noTotals, type PlanTotals } from '../../core/plan/plan-table.ts';
import { type PlannedCopy, shareOf } from '../../core/plan/planned-line.ts';
import type { Listed } from '../../core/plan/sorted-lookup.ts';
import type { FoundFile } from '../../core/plan/source-files.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TableToWrite } from './backup-planning.ts';
import { grownManifest } from './grown-manifest.ts';
import type { LogParent, LogParents } from './log-parents.ts';
import type { NewFile, NewFiles } from './new-files.ts';
import { type MadePlace, madeFiles, sourceFiles } from './source-listing.ts';
import type { WalTable } from './wal-plan.ts';
import type { WalSummary } from './wal-results.ts';

const BATCH = 1_000;

/** What the tables of an increment are planned from. */
export interface IncrementSources {
  readonly source: S3Uri;
  readonly sessionId: string;
  /** T, epoch ms. */
  readonly boundary: number;
  readonly summary: WalSummary;
  readonly parents: LogParents;
  readonly made: MadePlace;
  readonly files: NewFiles;
}

/** Plans tables of an increment from logs: the parent's files, listed again, and the new ones. */
export class IncrementPlanner {
  readonly #objects: ObjectStore;
  readonly #from: IncrementSources;

  constructor(objects: ObjectStore, from: IncrementSources) {
    this.#objects = objects;
    this.#from = from;
  }

  /** @throws ImageDamaged; SourceFileMissing, SourceUnreadable of a new file; SnapshotManifestTooLarge */
  async plan(table: WalTable, base: Base): Promise<TableToWrite> {
    const { boundary, sessionId, summary, parents } = this.#from;
    const parent = await parents.read(base);
    const isShared = await this.#sharedPaths(parent, table);
    const copies = await this.#locate((this.#from.files.get(table.index) ?? []).filter(({ path }) => !isShared(path)));
    const snapshot = `holdfast_${sessionId}_${table.index}`;
    const { owner, table: name } = parent.description;
    const info = writeSnapshotDescription({
      ...{ name: snapshot, table: name, creationMs: boundary, type: 'FLUSH', version: 2, ttlSeconds: 0 },
      ...(owner !== undefined && { owner }),
      unknown: new Uint8Array(0),
    });
    const totals = noTotals();
    const id = base.image.id;
    return {
      row: {
        ...{ table: table.table, snapshot, position: boundary, snapshotType: 'FLUSH', kind: 'WALS' },
        ...{ base: id, parent: id, wals: [...summary.positions], clockMarginMs: table.clockMarginMs },
        cells: summary.tables.find(({ index }) => index === table.index)?.cells ?? 0,
      },
      files: merged(parent, copies, totals),
      totals,
      info,
      dataManifest: grownManifest(table.table, parent, copies),
    };
  }

  /** A file that the parent lists is there already, whatever the logs say of it. */
  async #sharedPaths(parent: LogParent, { index }: WalTable): Promise<(path: string) => boolean> {
    const bulk = new Set((this.#from.files.get(index) ?? []).flatMap(({ path, made }) => (made ? [] : [path])));
    const shared = new Set<string>();
    if (bulk.size > 0) {
      for await (const { path } of parent.image.files(parent.manifest, parent.table)) {
        if (bulk.has(path)) shared.add(path);
      }
    }
    return (path) => shared.has(path);
  }

  /** Where the new files lie now, ascending by path. */
  async #locate(files: readonly NewFile[]): Promise<PlannedCopy[]> {
    const source = sourceFiles(this.#objects, this.#from.source);
    const made = madeFiles(this.#objects, this.#from.made);
    const copies: PlannedCopy[] = [];
    try {
      for (const file of files) {
        const found = file.made ? await made.find(file.path) : await source.find(file.path);
        if (found === undefined || (file.made && found.size !== file.made.size)) throw missing(file);
        if (isArchived(found.storageClass)) throw archived(file, found.storageClass);
        const { size, etag } = found;
        copies.push({ action: 'copy', path: file.path, size, area: areaOf(found), etag });
      }
    } finally {
      await source.close();
      await made.close();
    }
    return copies;
  }
}

const areaOf = (found: Listed | FoundFile): SourceArea => ('area' in found ? found.area : 'made');

/** The parent's list with the new files in their places. */
async function* merged(
  { image, manifest, table }: LogParent,
  copies: readonly PlannedCopy[],
  totals: PlanTotals,
): AsyncGenerator<readonly PlannedFile[]> {
  let batch: PlannedFile[] = [];
  let at = 0;
  const add = (file: PlannedFile) => {
    batch.push(file);
    totals.files++;
    totals.bytes += file.size;
    if (file.action === 'copy') {
      totals.newFiles++;
      totals.newBytes += file.size;
    }
  };
  for await (const entry of image.files(manifest, table)) {
    while (at < copies.length && compareUtf8(copies[at]!.path, entry.path) < 0) add(copies[at++]!);
    add(shareOf(entry));
    if (batch.length >= BATCH) {
      yield batch;
      batch = [];
    }
  }
  while (at < copies.length) add(copies[at++]!);
  if (batch.length > 0) yield batch;
}

const missing = ({ path, made }: NewFile) =>
  made
    ? new SourceFileMissing(`${path} was made of the logs and is not in the work bucket`, 'start the backup again', {
        path,
      })
    : new SourceFileMissing(
        `${path} was bulk loaded, and is neither in data/ nor in archive/ nor in mobdir/`,
        'take a full of the table, or run it again with --from-snapshot',
        { path },
      );

const archived = ({ path }: NewFile, storageClass: string) =>
  new SourceUnreadable(
    `${path} was bulk loaded, has the storage class ${storageClass} and cannot be read at once`,
    'restore the object in S3 (or copy it to S3 Standard), then start the backup again',
    { path },
  );
