import { LogGap } from '../../errors/log-errors.ts';
import type { WalEvent } from '../../hbase/wal/wal-event.ts';

/**
 * A run of sequence ids of a region, when its first and last were written, and what may be missing around it:
 * {@link AFTER} and {@link BEFORE}.
 */
export type SeenIds = readonly [first: number, last: number, firstMs: number, lastMs: number, around: number];

/** The last of the run is a marker: behind it the region's memory may have been empty. */
const AFTER = 1;
/** The first of the run is not the beginning of a flush: there may have been nothing to flush. */
const BEFORE = 2;

/**
 * Each entry of a region has the sequence id after the one before it. HBase takes some for itself: those of flushes that
 * found something, openings and bulk loads are named by their markers, and count as seen. A flush that finds nothing (a
 * snapshot's, `flush` in the shell, a closing) takes one and leaves no marker, so that no rule is exact. It can only come
 * where memory is empty: behind a marker, never behind an edit, and never before the beginning of a flush that found
 * something. There so many ids may be missing in a row: flushes of an idle region for more than a day, one an hour.
 */
const MOST_UNNAMED = 32;
const MOST_RUNS = 10_000;
const NONE: readonly WalEvent[] = [];

/** The sequence ids of one region in the order in which its logs have them. */
export class EditsSeen {
  readonly #runs: [number, number, number, number, number][] = [];

  /** @param events of the entry; an edit has none */
  add(id: number, atMs: number, events: readonly WalEvent[] = NONE): void {
    let isFlush = false;
    for (const event of events) {
      const named = namedBy(event);
      if (named === undefined || named >= id) continue;
      isFlush = event.kind === 'flush' && event.action === 'start';
      const around = AFTER | (isFlush ? 0 : BEFORE);
      // A bulk load's was taken before edits that come before its marker.
      if (named < (this.#runs.at(-1)?.[0] ?? 0)) this.#runs.splice(-1, 0, [named, named, atMs, atMs, around]);
      else this.#see(named, atMs, around);
    }
    this.#see(id, atMs, (events.length > 0 ? AFTER : 0) | (isFlush ? 0 : BEFORE));
  }

  get runs(): readonly SeenIds[] {
    return this.#runs;
  }

  #see(id: number, atMs: number, around: number): void {
    const last = this.#runs.at(-1);
    if (last === undefined || id < last[0] || id - last[1] - 1 > mostBetween(last[4], around)) {
      this.#start(id, atMs, around);
    } else if (id > last[1]) {
      last[1] = id;
      last[3] = atMs;
      last[4] = (last[4] & BEFORE) | (around & AFTER);
    }
  }

  #start(id: number, atMs: number, around: number): void {
    if (this.#runs.length < MOST_RUNS) this.#runs.push([id, id, atMs, atMs, around]);
  }
}

/** The id that HBase took for what the marker tells of, before that of the marker's own entry. */
function namedBy(event: WalEvent): number | undefined {
  // A closing names the last id that was taken, which may be that of an edit.
  const isNaming = event.kind === 'flush' || event.kind === 'region-open' || event.kind === 'bulk-load';
  return isNaming && event.sequenceId > 0 ? event.sequenceId : undefined;
}

const mostBetween = (before: number, behind: number): number =>
  (before & AFTER) !== 0 && (behind & BEFORE) !== 0 ? MOST_UNNAMED : 0;

/**
 * @param runs of one region, of all logs that were read
 * @throws LogGap if ids are missing that were written within the window: after `from`, which all streams are read from,
 *   and up to `boundary`, to which they are read
 */
export function requireNoneMissing(
  { table, region }: { readonly table: string; readonly region: string },
  runs: readonly SeenIds[],
  { from, boundary }: { readonly from: number; readonly boundary: number },
): void {
  const sorted = runs.toSorted((a, b) => a[0] - b[0]);
  let [, upTo, , upToMs, upToAround] = sorted[0] ?? [0, 0, 0, 0, 0];
  for (const [first, last, firstMs, lastMs, around] of sorted) {
    const missing = first - upTo - 1;
    if (missing > mostBetween(upToAround, around) && upToMs > from && firstMs <= boundary) {
      throw new LogGap(
        `${table}: the logs have nothing of the ${missing} edits between ${upTo} and ${first} of region ${region}: a log between them is gone, or they were written with SKIP_WAL`,
        'take a full of the table, or run it again with --or-full; keep logs longer: hbase.master.logcleaner.ttl, or a log archive',
        { table, region },
      );
    }
    if (last > upTo) [upTo, upToMs, upToAround] = [last, lastMs, around];
  }
}
