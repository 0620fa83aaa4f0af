import type { CleanUpEntry } from '../../core/items.ts';

/** What is left to remove, a partition a root. Reads are strongly consistent. */
export interface CleanUpList {
  list(root: string): AsyncIterable<CleanUpEntry>;
  get(root: string, entryId: string): Promise<CleanUpEntry | undefined>;
  /** Puts an entry (back) on the list, as it is given. Idempotent. */
  add(entry: CleanUpEntry): Promise<void>;
  /** Notes that a pass emptied it. Idempotent; an entry that is gone stays gone. */
  markEmptied(root: string, entryId: string, atMs: number): Promise<void>;
  /** Off the list. Idempotent. */
  drop(root: string, entryId: string): Promise<void>;
}
