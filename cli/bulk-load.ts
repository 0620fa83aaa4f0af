import { InvalidInput } from '../core/errors/input-errors.ts';
import { refuseNewVersionBehavior } from '../core/hbase/scan/family-rules.ts';
import type { ScanRequest } from '../core/hbase/scan/scan-request.ts';
import { TableScan } from '../core/hbase/scan/table-scan.ts';
import { BulkLoadFiles } from './bulk-load-files.ts';
import { bulkLoadPlace } from './bulk-load-place.ts';
import type { World } from './compose.ts';
import { ImageTable } from './image-table.ts';
import { readRows } from './read-rows.ts';
import { sayScanned, sayStopped } from './scan-report.ts';
import { plural, sizeText } from './text.ts';
import { DETACHED, type VerbContext } from './verb.ts';

/** hbase.mapreduce.bulkload.max.hfiles.perRegion.perFamily, as HBase is delivered. */
const MOST_FILES = 32;

export interface BulkLoadRequest {
  readonly root: string;
  /** An id, a prefix of one, or `latest`. */
  readonly image: string;
  readonly table: string;
  readonly rows: Omit<ScanRequest, 'nowMs'>;
  readonly limit: number;
  readonly directory: string;
}

/**
 * Writes what a reader sees of a table of an image, or of rows of it, as files for completebulkload. Without delete
 * markers (unless raw is asked for): those of the image have hidden what they hid, and loaded into a table that is in
 * use they would hide what was written since with older timestamps.
 * @throws InvalidInput (NEW_VERSION_BEHAVIOR, whose versions count by an id that a load replaces); as ImageTable and TableScan
 */
export async function bulkLoad(
  { output, world: here, signal }: Pick<VerbContext, 'output' | 'signal'> & { readonly world: World },
  { root, image: id, table, rows, limit, directory }: BulkLoadRequest,
): Promise<number> {
  const nowMs = here.now();
  const place = bulkLoadPlace(here, directory);
  const image = await ImageTable.find(here, root, id, table);
  for (const family of image.snapshot.tableSchema.families)
    refuseNewVersionBehavior(family, 'restore the table: a bulk load would change which versions are seen');
  const scan = new TableScan(image.snapshot, { ...rows, nowMs });
  const opener = await image.opener(scan.paths());
  const target = new BulkLoadFiles(place, `holdfast scan ${image.record.id} ${table}`, nowMs);
  let read: Awaited<ReturnType<typeof readRows>>;
  try {
    read = await readRows(scan, opener, { limit, signal }, target);
  } catch (error) {
    await target.discard();
    throw error;
  }
  if (signal.aborted) {
    await target.discard();
    sayStopped(output, read);
    return DETACHED;
  }
  const { files } = target;
  sayScanned(output, image, read, { directory, files });
  const total = sizeText(files.reduce((sum, { bytes }) => sum + bytes, 0));
  output.note('Written', `${plural(files.length, 'file')}, ${total}, below ${directory}`);
  const most = Math.max(0, ...[...Map.groupBy(files, ({ family }) => family).values()].map((own) => own.length));
  // A table of one region takes all of a family's files in it.
  const option = most > MOST_FILES ? `-Dhbase.mapreduce.bulkload.max.hfiles.perRegion.perFamily=${most} ` : '';
  output.note('Load', `hbase completebulkload ${option}${directory} TABLE   (docs/runbook.md, "Lost some rows")`);
  return 0;
}

/** A directory goes with files to load, and with nothing else. @throws InvalidInput */
export function requireDirectory(out: string | undefined, directory: string | undefined): void {
  if ((out === 'hfile') === (directory !== undefined)) return;
  throw new InvalidInput('directory: --out hfile has one, and nothing else', '--out hfile DIR', { field: 'directory' });
}
