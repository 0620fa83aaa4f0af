import type { BackupSet } from '../../core/items.ts';

/** Named lists of tables of a root, in a partition of their own: no session, roll-back or repair touches them. Reads are strongly consistent. */
export interface BackupSets {
  list(root: string): AsyncIterable<BackupSet>;
  get(root: string, name: string): Promise<BackupSet | undefined>;
  /**
   * Compare and set: only if the set is there with `before` as its version; 0: only if there is none. `CHANGED`: somebody
   * else was faster, and nothing was written. A try whose answer was lost and that took effect is `WRITTEN`.
   */
  put(set: BackupSet, before: number): Promise<{ readonly decision: 'WRITTEN' | 'CHANGED' }>;
  /** The same. A set that is gone is removed. */
  remove(root: string, name: string, before: number): Promise<{ readonly decision: 'REMOVED' | 'CHANGED' }>;
}
