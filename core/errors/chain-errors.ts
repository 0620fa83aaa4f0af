import { HoldfastError } from './holdfast-error.ts';

/** Tables without a COMPLETE image that an increment could follow on; all of them are named. */
export class NoFullBackup extends HoldfastError {
  override readonly name = 'NoFullBackup';
}

/** The end of an increment would not be newer than what its table has already. */
export class NothingToBackUp extends HoldfastError {
  override readonly name = 'NothingToBackUp';
}

/** A restored `data.manifest` would be larger than HBase reads unless `snapshot.manifest.size.limit` is raised. */
export class SnapshotManifestTooLarge extends HoldfastError {
  override readonly name = 'SnapshotManifestTooLarge';
}
