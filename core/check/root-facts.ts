import type { BackupId } from '../backup-id.ts';
import type { FileEntry } from '../file-entry.ts';
import type { CleanUpEntry, Control, ImageRecord, Item, SessionRecord } from '../items.ts';
import type { ManifestObject } from '../manifest.ts';
import type { ReadSnapshot } from './i03-recorded-snapshot.ts';

/** An object of a listing, or a version of one. */
export interface ObjectFact {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  readonly storageClass: string;
}

/** What was read of one backup root; the checks of this folder are pure functions over it. */
export interface RootFacts {
  /** `s3://…` */
  readonly root: string;
  readonly control: Control;
  /** The root's items, control item included, in key order. */
  readonly items: readonly Item[];
  readonly images: readonly ImageRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly cleanUp: readonly CleanUpEntry[];
  /** What stands at manifest keys below the root. */
  readonly manifests: ReadonlyMap<BackupId, ManifestObject>;
  /** Files that sealed manifests list; absent if a list could not be read. */
  readonly files: ReadonlyMap<BackupId, readonly FileEntry[]>;
  /** The newest versions below the root, by key: what a reader sees. */
  readonly objects: ReadonlyMap<string, ObjectFact>;
  /** Keys below the root of every version, delete marker and unfinished upload. */
  readonly everyKey: readonly string[];
  /** The root's system snapshots by key. */
  readonly systemSnapshots: ReadonlyMap<string, ReadSnapshot>;
}
