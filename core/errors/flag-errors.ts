import { type Evidence, HoldfastError } from './holdfast-error.ts';

/** R7: the flag of a root is set and its owner is gone (or a roll-back failed). Exit code 11. */
export class RepairRequired extends HoldfastError {
  override readonly name = 'RepairRequired';
}

/** A running session holds the root's flag. Exit code 10. */
export class BackupInProgress extends HoldfastError {
  override readonly name = 'BackupInProgress';
}

/** Step entry: the root's flag or epoch are no longer those this step was given (I2, I8). The step did nothing. */
export class Fenced extends HoldfastError {
  override readonly name = 'Fenced';

  constructor(root: string, evidence: Evidence) {
    super(
      `this step no longer holds ${root}: its session was committed, rolled back or taken over`,
      `holdfast progress ${root}`,
      evidence,
    );
  }
}

/** A roll-back found that another run holds the session by now; that run finishes it. */
export class Superseded extends HoldfastError {
  override readonly name = 'Superseded';
}

/** The answer of the begin stayed unknown. The system snapshot is left for the next session's list (I3). */
export class BeginUnknown extends HoldfastError {
  override readonly name = 'BeginUnknown';
}

/** The system snapshot that the flag names is missing or does not have the recorded digest. Nothing is undone. */
export class SystemSnapshotDamaged extends HoldfastError {
  override readonly name = 'SystemSnapshotDamaged';
}

/** An operator asked to repair while the owner's execution runs. Exit code 10. */
export class OwnerRunning extends HoldfastError {
  override readonly name = 'OwnerRunning';
}
