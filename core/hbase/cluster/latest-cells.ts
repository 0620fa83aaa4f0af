import { Buffer } from 'node:buffer';
import { HFileReader } from '../hfile/hfile-reader.ts';
import { HFileScanner } from '../hfile/hfile-scanner.ts';
import type { HFileSource } from '../hfile/hfile-source.ts';
import { MergedCells } from '../hfile/merge-runs.ts';
import { cellParts } from '../scan/canonical-cell.ts';
import { VisibleCells } from '../scan/visible-cells.ts';

/** The newest value of a column that no delete marker hides. */
export interface LatestCell {
  readonly row: Buffer;
  readonly qualifier: Buffer;
  readonly value: Buffer;
}

/** Limits of what is read of one of HBase's own tables: a description, never a reason for a backup to run out of memory. */
export interface DescriptionLimits {
  readonly files: number;
  readonly bytes: number;
  readonly cells: number;
  /** Of rows, qualifiers and values together. */
  readonly cellBytes: number;
}

export const DESCRIPTION_LIMITS: DescriptionLimits = {
  files: 200,
  bytes: 64 << 20,
  cells: 200_000,
  cellBytes: 16 << 20,
};

/** More than is read for a description. */
export class TooMuchToDescribe extends Error {}

const NEWEST_ONLY = { versions: 1, minVersions: 0, ttlMs: Number.POSITIVE_INFINITY };
/** Blocks of HBase's own tables have 64 kB; a hostile one unfolds no further. */
const MAX_PAYLOAD = 16 << 20;

/**
 * What the store files of one family of an HBase table hold, all regions together, as a reader would see it that knows
 * no memstore. Of a parent and its daughters the newer cell counts, by timestamp and mvcc, as within one region.
 * @throws TooMuchToDescribe; HFileCorrupt, HFileUnreadable, and what the sources throw
 */
export async function latestCells(
  files: readonly HFileSource[],
  limits: DescriptionLimits = DESCRIPTION_LIMITS,
): Promise<LatestCell[]> {
  const bytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  if (files.length > limits.files || bytes > limits.bytes) {
    throw new TooMuchToDescribe(
      `${files.length} files of ${bytes} bytes; at most ${limits.files} of ${limits.bytes} are read`,
    );
  }
  const options = { windowBytes: 1 << 20, maxPayloadBytes: MAX_PAYLOAD };
  const cursors: HFileScanner[] = [];
  for (const file of files) cursors.push(new HFileScanner(await HFileReader.open(file, options)));
  const visibility = { rules: NEWEST_ONLY, qualifiers: null, versions: 1, isRaw: false, nowMs: 0 };
  const cells = new VisibleCells(new MergedCells(cursors), visibility);
  const latest: LatestCell[] = [];
  let cellBytes = 0;
  while (await cells.advance()) {
    const { row, qualifier, value } = cellParts(cells.bytes, cells.at, cells.end);
    cellBytes += row.length + qualifier.length + value.length;
    if (latest.length >= limits.cells || cellBytes > limits.cellBytes) {
      throw new TooMuchToDescribe(`more than ${limits.cells} cells or ${limits.cellBytes} bytes`);
    }
    latest.push({ row: Buffer.from(row), qualifier: Buffer.from(qualifier), value: Buffer.from(value) });
  }
  return latest;
}
