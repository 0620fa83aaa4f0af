import { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import type { RowRange } from '../hfile/hfile-scanner.ts';
import { servesRows } from '../region-info.ts';
import type { ManifestRegion, SnapshotManifest } from '../snapshot-manifest.ts';

/** A region that serves rows, and which of them are asked for. */
export interface ScanRegion extends RowRange {
  readonly region: ManifestRegion;
}

/**
 * The regions of a table that have rows of the range, in the order of their rows. Split parents, replicas and the region
 * of the mob files serve none.
 * @throws HBaseFormatError if two of them serve the same rows
 */
export function scanRegions(manifest: SnapshotManifest, range: RowRange): ScanRegion[] {
  const serving = manifest.regions
    .map((region) => ({ region, info: manifest.regionInfo(region) }))
    .filter(({ info }) => servesRows(info))
    .sort((a, b) => Buffer.compare(a.info.startKey, b.info.startKey));
  for (const [i, { region, info }] of serving.entries()) {
    const next = serving[i + 1];
    if (next && (info.endKey.length === 0 || Buffer.compare(info.endKey, next.info.startKey) > 0)) {
      const reason = `regions ${region.encodedName} and ${next.region.encodedName} serve the same rows`;
      throw new HBaseFormatError(manifest.what, region.offset, reason);
    }
  }
  return serving.flatMap(({ region, info }) => {
    const rows = intersection(range, {
      startRow: info.startKey.length === 0 ? undefined : info.startKey,
      stopRow: info.endKey.length === 0 ? undefined : info.endKey,
    });
    return rows === undefined ? [] : [{ region, ...rows }];
  });
}

/** Rows that are in both; undefined if there can be none. */
export function intersection(a: RowRange, b: RowRange): RowRange | undefined {
  const startRow = pick(a.startRow, b.startRow, 1);
  const stopRow = pick(a.stopRow, b.stopRow, -1);
  if (startRow && stopRow && Buffer.compare(startRow, stopRow) >= 0) return undefined;
  return { startRow, stopRow };
}

function pick(a: Uint8Array | undefined, b: Uint8Array | undefined, sign: 1 | -1): Uint8Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return sign * Buffer.compare(a, b) >= 0 ? a : b;
}
