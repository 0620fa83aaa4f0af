import { ClocksDiffer } from '../../errors/log-errors.ts';
import type { Segment, WalRegionFacts } from './wal-splitter.ts';

/** What the logs together say of one region of the source. */
export interface WalRegion {
  readonly greatestSequenceId: number;
  /** What comes from it on is left to the next increment; Infinity: nothing. */
  readonly cutSequenceId: number;
}

/** One family of one target region: what becomes an HFile. */
export interface MergeGroup<S extends Segment = Segment> {
  readonly table: number;
  readonly region: number;
  readonly family: string;
  /** Runs that hold something for it; with `below` only their cells of smaller sequence ids. */
  readonly segments: readonly { readonly segment: S; readonly below: number | undefined }[];
}

export const walRegionKey = (table: number, walRegion: string): string => `${table} ${walRegion}`;

/**
 * Joins what each log says of a region. Within a region the image ends before the first entry that was written after the
 * boundary, in the order of sequence ids: after a move between servers whose clocks differ, later edits may look older.
 * @throws ClocksDiffer if one that must be in the image comes behind one that must not
 */
export function walRegionsOf(facts: Iterable<WalRegionFacts>): Map<string, WalRegion> {
  const joined = new Map<string, { greatest: number; cut: number; sure: number }>();
  for (const { table, walRegion, greatestSequenceId, cutSequenceId, sureSequenceId } of facts) {
    const key = walRegionKey(table, walRegion);
    const known = joined.get(key) ?? { greatest: 0, cut: Number.POSITIVE_INFINITY, sure: -1 };
    joined.set(key, {
      greatest: Math.max(known.greatest, greatestSequenceId),
      cut: Math.min(known.cut, cutSequenceId ?? Number.POSITIVE_INFINITY),
      sure: Math.max(known.sure, sureSequenceId ?? -1),
    });
    const { cut, sure } = joined.get(key)!;
    if (sure > cut) throw clocksDiffer(walRegion, cut, sure);
  }
  return new Map(
    [...joined].map(([key, { greatest, cut }]) => [key, { greatestSequenceId: greatest, cutSequenceId: cut }]),
  );
}

/** The runs by what becomes one HFile, in the order of table, region, family. A run that is all behind its cut is left out. */
export function mergeGroups<S extends Segment>(
  segments: Iterable<S>,
  regions: ReadonlyMap<string, WalRegion>,
): MergeGroup<S>[] {
  const groups = new Map<string, MergeGroup<S> & { segments: { segment: S; below: number | undefined }[] }>();
  for (const segment of segments) {
    const { table, region, family, walRegion, minSequenceId, maxSequenceId } = segment;
    const cut = regions.get(walRegionKey(table, walRegion))?.cutSequenceId ?? Number.POSITIVE_INFINITY;
    if (minSequenceId >= cut) continue;
    const key = `${table} ${region} ${family}`;
    const group = groups.get(key) ?? { table, region, family, segments: [] };
    groups.set(key, group);
    group.segments.push({ segment, below: maxSequenceId >= cut ? cut : undefined });
  }
  return [...groups.values()].sort(
    (a, b) => a.table - b.table || a.region - b.region || (a.family < b.family ? -1 : a.family > b.family ? 1 : 0),
  );
}

const clocksDiffer = (region: string, cut: number, sure: number) =>
  new ClocksDiffer(
    `region ${region}: the edit ${sure} was written well before the boundary by its server's clock, and the earlier edit ${cut} after it`,
    'set the clocks of the region servers right (HBase allows hbase.master.maxclockskew), or use a larger clockMarginSeconds; then start the backup again',
    { region },
  );
