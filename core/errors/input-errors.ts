import { HoldfastError } from './holdfast-error.ts';

/** A field of the input is missing or wrong; the message names it. Exit code 2. */
export class InvalidInput extends HoldfastError {
  override readonly name = 'InvalidInput';
}

/** The backup root is not in `holdfast.config.json`, so the stack has no rights on it; the hint shows the lines to add. */
export class RootNotConfigured extends HoldfastError {
  override readonly name = 'RootNotConfigured';
}

/** The same for the HBase root directory that a backup reads. */
export class SourceNotConfigured extends HoldfastError {
  override readonly name = 'SourceNotConfigured';
}

/** The same for the HBase root directory that a restore writes. */
export class TargetNotConfigured extends HoldfastError {
  override readonly name = 'TargetNotConfigured';
}

/** The root marker names another system table. */
export class RootOwnedElsewhere extends HoldfastError {
  override readonly name = 'RootOwnedElsewhere';
}

/** Two roots of one bucket lie in one another. */
export class NestedRoot extends HoldfastError {
  override readonly name = 'NestedRoot';
}

/** The destination is the source, lies in it, or holds it; or its bucket is missing or in another Region. */
export class DestinationRefused extends HoldfastError {
  override readonly name = 'DestinationRefused';
}

/** An execution met Lambda code with another contract number: deployed in the middle of a run. Rolled back. */
export class DeployedMidRun extends HoldfastError {
  override readonly name = 'DeployedMidRun';
}

/** The root has no backup set of that name; those that it has are named. Exit code 12. */
export class SetNotFound extends HoldfastError {
  override readonly name = 'SetNotFound';
}

/** Somebody else changed the backup set meanwhile; nothing was written. */
export class SetChanged extends HoldfastError {
  override readonly name = 'SetChanged';
}
