import type { BackupId } from '../../core/backup-id.ts';
import type {
  CleanUpEntry,
  Control,
  FailureReason,
  Flag,
  ImageRecord,
  ImageState,
  ImageTableRecord,
  Intent,
  Item,
  SessionRecord,
} from '../../core/items.ts';
import type { ScheduleClaim, ScheduledStart } from '../../core/schedule-claim.ts';

/**
 * The answer to a conditional transaction. `REFUSED` carries the control item that stood against it. A transaction whose
 * answer stays unknown through every retry throws `UnknownOutcome`: the caller settles it by reading (I9).
 */
export type Outcome = { readonly decision: 'APPLIED' } | { readonly decision: 'REFUSED'; readonly control: Control };

/** A holder's claim: every fenced write carries it as condition on the control item (I2). */
export interface Held {
  readonly root: string;
  readonly activeSnapshot: string;
  readonly epoch: number;
}

export interface Begin {
  readonly root: string;
  /** The version read before the system snapshot was taken. */
  readonly version: number;
  readonly epoch: number;
  readonly flag: Flag;
  readonly session: SessionRecord;
  readonly intents: readonly Intent[];
  /** The start of a schedule that this session is, claimed with the flag. */
  readonly schedule?: ScheduleClaim;
}

export interface Commit extends Held {
  readonly image: ImageRecord;
  readonly session: SessionRecord;
  readonly cleanUp: CleanUpEntry;
}

/** A deletion: what becomes of the records, and what is left to remove. Everything fits one transaction. */
export interface CommitDelete extends Held {
  /** Records in their new state. */
  readonly images: readonly ImageRecord[];
  readonly session: SessionRecord;
  /** FAILED sessions that are shown no more, since `session.endedAt`. */
  readonly forgotten: readonly BackupId[];
  readonly cleanUp: readonly CleanUpEntry[];
}

export interface EndRollBack extends Held {
  readonly runId: string;
  readonly sessionId: BackupId;
  readonly endedAt: number;
  readonly reason: FailureReason;
  readonly cleanUp: CleanUpEntry;
}

/**
 * A root's items and its sessions. Reads are strongly consistent. Transactions are atomic and conditional; a retried
 * transaction whose first try took effect answers `APPLIED` (own run id in the item that refused it).
 */
export interface SystemTable {
  readControl(root: string): Promise<Control>;
  /** Every item of the root's partition in key order, control item included. Paged: not atomic by itself. */
  listItems(root: string): AsyncIterable<Item>;
  getImage(root: string, id: BackupId): Promise<ImageRecord | undefined>;
  /** Only the state: a roll-back must get on beside a record that cannot be read. */
  getImageState(root: string, id: BackupId): Promise<ImageState | undefined>;
  listImages(root: string): AsyncIterable<ImageRecord>;
  listImageTables(root: string, id: BackupId): AsyncIterable<ImageTableRecord>;

  /** No flag, the same version, and the start of a schedule not claimed → flag, epoch+1, version+1, session claimed, intents recorded. */
  begin(begin: Begin): Promise<Outcome>;
  /** Same flag and epoch → epoch+1, phase ROLLING_BACK, own run id. */
  takeOver(held: Held, runId: string): Promise<Outcome>;
  /** Image record and table rows of a session at work, fenced, ≤ 99 items a transaction. */
  writeImage(
    held: Held,
    image: ImageRecord,
    tables: AsyncIterable<ImageTableRecord> | Iterable<ImageTableRecord>,
  ): Promise<Outcome>;
  /** Image COMPLETE, flag removed, version+1, history COMPLETE, one clean-up entry: one transaction (I6). */
  commit(commit: Commit): Promise<Outcome>;
  /** Records DELETING or SHELL, flag removed, version+1, history COMPLETE, clean-up entries: one transaction (I6, I7). */
  commitDelete(commit: CommitDelete): Promise<Outcome>;
  /**
   * Removes a DELETING image's table rows, then record and clean-up entry in one transaction; each transaction requires
   * "no flag" and adds 1 to the version (I2). `REFUSED`: a flag is set. Idempotent.
   */
  forgetImage(root: string, id: BackupId, entryId: string): Promise<Outcome>;
  /** One chunk of a roll-back's restore: ≤ 99 puts and deletes under the fence (I2). */
  restoreItems(held: Held, puts: readonly Item[], deletes: readonly Item[]): Promise<Outcome>;
  /** Flag removed, version+1, history FAILED, one clean-up entry: one transaction. */
  endRollBack(end: EndRollBack): Promise<Outcome>;

  getSession(root: string, id: BackupId): Promise<SessionRecord | undefined>;
  /** Newest first. */
  listSessions(root: string): AsyncIterable<SessionRecord>;
  listIntents(root: string, id: BackupId): AsyncIterable<Intent>;
  getScheduleClaim(root: string, start: ScheduledStart): Promise<ScheduleClaim | undefined>;
}
