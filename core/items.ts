import type { BackupId } from './backup-id.ts';
import type { Json } from './canonical-json.ts';

/**
 * The items of the system table (docs/design.md, "Schemas"). One table, partition key `pk`, sort key `sk`.
 * A root's partition `root#<uri>` holds the control item, the image records and their table rows: what a system
 * snapshot covers and a roll-back restores. Everything else has partitions of its own, which a roll-back never touches.
 */
export const rootPartition = (root: string): string => `root#${root}`;
export const historyPartition = (root: string): string => `history#${root}`;
export const cleanUpPartition = (root: string): string => `clean-up#${root}`;
export const pinsPartition = (root: string): string => `pins#${root}`;
export const targetsPartition = (target: string): string => `targets#${target}`;
export const setsPartition = (root: string): string => `sets#${root}`;

/** Sort key in the partition of a target; no table is called so. */
export const leftKey = (restoreId: string): string => `left#${restoreId}`;

export const CONTROL = 'control';
export const imageKey = (id: BackupId): string => `image#${id}`;
export const imageTableKey = (id: BackupId, table: string): string => `image#${id}#table#${table}`;
export const sessionKey = (id: BackupId): string => `session#${id}`;
export const intentKey = (id: BackupId, name: string): string => `session#${id}#intent#${name}`;

/** An item as the domain sees it: JSON without binary, numbers are safe integers. */
export type Item = { readonly pk: string; readonly sk: string } & { readonly [attribute: string]: Json | undefined };

/** Where a system snapshot lies and how to know it. */
export interface SnapshotRef {
  readonly key: string;
  readonly items: number;
  /** Of the object's bytes: canonical JSON lines. */
  readonly sha256: string;
}

export type Phase = 'WORK' | 'ROLLING_BACK';

/** Who holds a root, from the transaction that sets the flag to the one that removes it. */
export interface Flag {
  /** The ACTIVE_SNAPSHOT flag: the system snapshot's name. */
  readonly activeSnapshot: string;
  readonly snapshot: SnapshotRef;
  readonly phase: Phase;
  /** Run id of the holder: the execution ARN of the session, or of who took over. */
  readonly runId: string;
  readonly sessionId: BackupId;
  readonly operation: string;
  /** The session's own execution. */
  readonly executionArn: string;
  readonly startedAt: number;
}

export interface Control {
  /** Grows with every session and every take-over: the fencing token. */
  readonly epoch: number;
  /** Grows by one at each begin, commit, end of a roll-back and change outside a session. */
  readonly version: number;
  readonly flag: Flag | undefined;
}

export type ImageState = 'CREATING' | 'COMPLETE' | 'SHELL' | 'DELETING';

export interface ImageRecord {
  readonly id: BackupId;
  readonly state: ImageState;
  /** INCREMENTAL if a table of it has a parent. */
  readonly type: 'FULL' | 'INCREMENTAL';
  readonly epoch: number;
  readonly executionArn: string;
  readonly source: string;
  readonly startedAt: number;
  /** Present once COMPLETE. */
  readonly completedAt?: number;
  readonly manifestSha256?: string;
  readonly tables: number;
  readonly files: number;
  readonly bytes: number;
  /** Bytes copied by this image; the others are listed from holders. */
  readonly newBytes: number;
  readonly newFiles: number;
  /** Older images whose bytes this image lists. */
  readonly holders: readonly BackupId[];
  /** Images that its tables follow on: of each the newest COMPLETE one when this was planned. */
  readonly parents: readonly BackupId[];
  /** Restorable between these: the snapshots' creation, ms; oldest and newest of the image's tables. */
  readonly positionFrom: number;
  readonly positionTo: number;
  /** The session that took it away as a restore point: SHELL or DELETING since. */
  readonly deletedBy?: BackupId;
}

export type TableKind = 'SNAPSHOT' | 'WALS';

/** One table of an image. Written before the commit; counts only with a COMPLETE image. */
export interface ImageTableRecord {
  readonly id: BackupId;
  /** `ns:qualifier`, or `qualifier` in the default namespace. */
  readonly table: string;
  /** Place in the manifest: names the list and the snapshot files. */
  readonly index: number;
  readonly snapshot: string;
  /** Position of the table: creation of its snapshot, ms. */
  readonly position: number;
  readonly files: number;
  readonly bytes: number;
  readonly newFiles: number;
  readonly newBytes: number;
  /** What the table was made of: a snapshot, or the parent's files and logs. Absent in 0.1: SNAPSHOT. */
  readonly kind?: TableKind | undefined;
  /** The image that the table follows on; null, and absent in 0.1: the table is full in this image. */
  readonly parent?: BackupId | null | undefined;
  /** Of an increment from logs: how many cells it brought. */
  readonly cells?: number | undefined;
  /** Of a snapshot of an enabled table: when it was whole, ms. Each region is as of a moment between position and this. */
  readonly snapshotEnd?: number | undefined;
}

export type SessionState = 'RUNNING' | 'COMPLETE' | 'FAILED';

/** Why a session failed: the error's name and its two sentences. */
export interface FailureReason {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** A session in the history. `attribute_not_exists` on it claims the id (I5). */
export interface SessionRecord {
  readonly id: BackupId;
  readonly root: string;
  readonly operation: string;
  readonly state: SessionState;
  readonly epoch: number;
  readonly executionArn: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly tables: readonly string[];
  readonly reason?: FailureReason;
  /** The run that rolled it back. */
  readonly rolledBackBy?: string;
  /** The COMPLETE image's totals, or what was deleted, for `history`. */
  readonly summary?: { readonly [name: string]: Json };
  /** Of a FAILED one: deleted from the history that people are shown. The claim on the id stays (I5). */
  readonly forgottenAt?: number;
}

/** A side effect that a session is about to make, recorded before it is made (I5). */
export interface Intent {
  readonly name: string;
  readonly kind: 'destination' | 'temporary' | 'table-snapshot';
  /** S3 prefix with its bucket (`s3://…/`), or the snapshot's name. */
  readonly what: string;
}

/** What lies in an image that was deleted and is listed by no surviving one: decided once, when it was deleted. */
export interface UnlistedFiles {
  /** In the work bucket: one path a line, sorted. */
  readonly key: string;
  readonly files: number;
  readonly bytes: number;
  /** Of the lines before compression. */
  readonly sha256: string;
}

/**
 * One thing left to remove. `outcome` decides what: ROLLED_BACK all that the session made; COMMITTED its temporary data
 * and table snapshots only; DELETED the whole image `sessionId`, with its record; SHELL the unlisted files of it, while
 * marker and record stay.
 */
export interface CleanUpEntry {
  readonly entryId: string;
  readonly root: string;
  readonly sessionId: BackupId;
  readonly outcome: 'COMMITTED' | 'ROLLED_BACK' | 'DELETED' | 'SHELL';
  readonly createdAt: number;
  /** Not off the list before this: no step in flight can still write there. Epoch ms. */
  readonly notBefore: number;
  /** Whether a first pass emptied it already. */
  readonly emptiedAt?: number;
  /** Of DELETED and SHELL: no manifest of these is sealed any more before something of this entry is removed (I7). */
  readonly first?: readonly BackupId[];
  /** Of DELETED and SHELL: the session that deleted. */
  readonly deletedBy?: BackupId;
  /** Of SHELL. */
  readonly unlisted?: UnlistedFiles;
}

/** A lease on the images of a chain (I11). */
export interface Pin {
  readonly pinId: string;
  readonly root: string;
  readonly images: readonly BackupId[];
  readonly expiresAt: number;
  readonly purpose: 'restore' | 'verify';
}

/** The fence of one target table: one restore at a time. */
export interface TargetRecord {
  readonly target: string;
  /** Backup root that it restores from. */
  readonly root: string;
  readonly table: string;
  readonly restoreId: string;
  readonly executionArn: string;
  readonly snapshot: string;
  readonly state: 'RESTORING' | 'PUBLISHED' | 'FAILED';
  readonly expiresAt: number;
}

/** What a failed restore may have left in its target, and a late step of it may still write there. */
export interface LeftRestore {
  readonly target: string;
  readonly root: string;
  readonly restoreId: string;
  /** Not off the list before this: no step in flight can still write there. Epoch ms. */
  readonly notBefore: number;
}

/** Tables under a name, as `hbase backup set` keeps them. In a partition of its own, which no backup touches. */
export interface BackupSet {
  readonly root: string;
  readonly name: string;
  /** Sorted, canonical names. */
  readonly tables: readonly string[];
  /** Grows with every change: a change is made of the version that it was read at, or not at all. */
  readonly version: number;
  readonly changedAt: number;
}
