import type { LeftRestore, Pin, TargetRecord } from '../../core/items.ts';

/** Leases on images, in a partition of their own. Writes are unconditional puts of one's own name: safe to repeat until known (I11). */
export interface Pins {
  put(pin: Pin): Promise<void>;
  get(root: string, pinId: string): Promise<Pin | undefined>;
  list(root: string): AsyncIterable<Pin>;
  /** Idempotent. */
  remove(root: string, pinId: string): Promise<void>;
  /** Only if it still ends before `beforeMs`: a run that was started anew may have put it again. Idempotent. */
  removeExpired(root: string, pinId: string, beforeMs: number): Promise<void>;
}

/** The fence of restores: one record a target table. */
export interface RestoreTargets {
  /** Takes the record if there is none, it is our own, it is expired, or its restore has ended. */
  claim(
    record: TargetRecord,
    nowMs: number,
  ): Promise<{ readonly decision: 'CLAIMED' } | { readonly decision: 'BUSY'; readonly holder: TargetRecord }>;
  /** Only while it is still ours (by restore id) and RESTORING; answers whether it was. */
  update(record: TargetRecord): Promise<boolean>;
  get(target: string, table: string): Promise<TargetRecord | undefined>;
  /** Every record of one HBase root directory. Strongly consistent. */
  list(target: string): AsyncIterable<TargetRecord>;
  /** An unconditional put of the restore's own name: safe to repeat. Before its records are closed. */
  noteLeft(left: LeftRestore): Promise<void>;
  listLeft(target: string): AsyncIterable<LeftRestore>;
  /** Only if `notBefore` is not after `atMs`; answers whether it is off the list. */
  forgetLeft(target: string, restoreId: string, atMs: number): Promise<boolean>;
}
