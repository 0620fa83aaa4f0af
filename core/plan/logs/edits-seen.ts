import { LogGap } from '../../errors/log-errors.ts';

/** A run of sequence ids of a region, and when its first and last were written: `[first, last, firstMs, lastMs]`. */
export type SeenIds = readonly [first: number, last: number, firstMs: number, lastMs: number];

/**
 * Each edit of a region has the sequence id after the one before it. HBase itself leaves one out before a flush and an
 * opening, and one for each flush of an empty region (a snapshot's, say); a log that is gone leaves out all of its own.
 */
const MOST_LEFT_OUT = 32;
const MOST_RUNS = 10_000;

/** The sequence ids of one region in the order in which its logs have them. */
export class EditsSeen {
  readonly #runs: [number, number, number, number][] = [];

  add(id: number, atMs: number): void {
    const last = this.#runs.at(-1);
    if (last !== undefined && id > last[1] && id - last[1] <= MOST_LEFT_OUT + 1) {
      last[1] = id;
      last[3] = atMs;
    } else if (this.#runs.length < MOST_RUNS && (last === undefined || id < last[0] || id > last[1])) {
      this.#runs.push([id, id, atMs, atMs]);
    }
  }

  get runs(): readonly SeenIds[] {
    return this.#runs;
  }
}

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
  let [, upTo, , upToMs] = sorted[0] ?? [0, 0, 0, 0];
  for (const [first, last, firstMs, lastMs] of sorted) {
    const missing = first - upTo - 1;
    if (missing > MOST_LEFT_OUT && upToMs > from && firstMs <= boundary) {
      throw new LogGap(
        `${table}: the logs have nothing of the ${missing} edits between ${upTo} and ${first} of region ${region}: a log between them is gone, or they were written with SKIP_WAL`,
        'take a full of the table, or run it again with --or-full; keep logs longer: hbase.master.logcleaner.ttl, or a log archive',
        { table, region },
      );
    }
    if (last > upTo) [upTo, upToMs] = [last, lastMs];
  }
}
