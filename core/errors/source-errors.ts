import { HoldfastError } from './holdfast-error.ts';

/** The HBase root directory has no `hbase.id`, or cannot be listed. Exit code 12. */
export class SourceNotFound extends HoldfastError {
  override readonly name = 'SourceNotFound';
}

/** No complete snapshot of a table (all such tables are listed), or the named one does not exist. Exit code 12. */
export class SnapshotNotFound extends HoldfastError {
  override readonly name = 'SnapshotNotFound';
}

/** The snapshot's TTL is over: HBase may have removed its files. */
export class SnapshotExpired extends HoldfastError {
  override readonly name = 'SnapshotExpired';
}

/** The newest snapshot is older than a day, or its TTL would end while the backup may still need it, and nobody named it. */
export class SnapshotStale extends HoldfastError {
  override readonly name = 'SnapshotStale';
}

/** Snapshot layout v1, or a version this release does not know. */
export class SnapshotUnsupported extends HoldfastError {
  override readonly name = 'SnapshotUnsupported';
}

/** The snapshot's files cannot be parsed, contradict one another, or belong to another table. */
export class SnapshotDamaged extends HoldfastError {
  override readonly name = 'SnapshotDamaged';
}

/** A file that the snapshot names is neither in `data/` nor in `archive/` nor in `mobdir/` (I9). */
export class SourceFileMissing extends HoldfastError {
  override readonly name = 'SourceFileMissing';
}

/** A file of the source has another size or content than planned. */
export class SourceChanged extends HoldfastError {
  override readonly name = 'SourceChanged';
}

/** A file is there and cannot be read: access, archived storage class, client-side encryption. */
export class SourceUnreadable extends HoldfastError {
  override readonly name = 'SourceUnreadable';
}
