import type { IndexEntry } from './index-entries.ts';

/** Index of the last entry that is not greater, -1 if all are. */
export function lastAtMost(entries: readonly IndexEntry[], compare: (entry: IndexEntry) => number): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(entries[middle]!) <= 0) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
