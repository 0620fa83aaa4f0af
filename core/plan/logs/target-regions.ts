import { Buffer } from 'node:buffer';
import { ChainBroken } from '../../errors/log-errors.ts';
import { servesRows } from '../../hbase/region-info.ts';
import type { SnapshotManifest } from '../../hbase/snapshot-manifest.ts';

export interface TargetRegion {
  readonly encodedName: string;
  readonly startKey: Uint8Array;
  /** Empty: no bound. */
  readonly endKey: Uint8Array;
}

/** Which region has a row: all that splitting logs needs to know of a table's regions. */
export interface RegionOfRow {
  /** Place of the region of that encoded name; −1: there is none. */
  named(encodedName: string): number;
  /** Place of the region that has a row; the row is `length` bytes from `offset` on. */
  find(bytes: Uint8Array, offset: number, length: number): number;
}

/** Regions that are known to cover every row, in order of their start keys. */
export class RowRegions implements RegionOfRow {
  readonly #starts: readonly Buffer[];
  readonly #places: ReadonlyMap<string, number>;

  constructor(regions: readonly { readonly encodedName: string; readonly startKey: Uint8Array }[]) {
    this.#starts = regions.map(({ startKey }) => Buffer.from(startKey));
    this.#places = new Map(regions.map(({ encodedName }, place) => [encodedName, place]));
  }

  named(encodedName: string): number {
    return this.#places.get(encodedName) ?? -1;
  }

  find(bytes: Uint8Array, offset: number, length: number): number {
    const row = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length);
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (this.#starts[middle]!.compare(row) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/**
 * The regions into which an increment's cells go: those of the parent that serve rows. In order of their start keys; they
 * cover every row exactly once.
 */
export class TargetRegions extends RowRegions {
  readonly regions: readonly TargetRegion[];

  /** @throws ChainBroken if they leave rows out or overlap */
  constructor(manifest: SnapshotManifest, table: string) {
    const regions = servingRegions(manifest);
    requireTiled(regions, table);
    super(regions);
    this.regions = regions;
  }
}

function servingRegions(manifest: SnapshotManifest): TargetRegion[] {
  const regions: TargetRegion[] = [];
  for (const region of manifest.regions) {
    const info = manifest.regionInfo(region);
    if (servesRows(info)) {
      regions.push({ encodedName: region.encodedName, startKey: info.startKey, endKey: info.endKey });
    }
  }
  return regions.sort((a, b) => Buffer.compare(a.startKey, b.startKey));
}

function requireTiled(regions: readonly TargetRegion[], table: string): void {
  for (const [i, region] of regions.entries()) {
    const next = regions[i + 1]?.startKey ?? new Uint8Array(0);
    const isFirst = i === 0 && region.startKey.length > 0;
    if (isFirst || Buffer.compare(region.endKey, next) !== 0) throw notTiled(table, region.encodedName);
  }
  if (regions.length === 0) throw notTiled(table, 'none');
}

const notTiled = (table: string, region: string) =>
  new ChainBroken(
    `${table}: the regions of the parent do not cover every row exactly once, at region ${region}`,
    'take a full of the table, or run it again with --or-full',
    { table, region },
  );
