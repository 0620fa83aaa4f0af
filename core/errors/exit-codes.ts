/**
 * The exit codes of the CLI, by the name of the error (the same names as in the state machines and the runbook).
 * A name that is not listed ends with 1: failed and rolled back, or refused before any side effect.
 */
export const exitCodes: Readonly<Record<string, number>> = {
  InvalidInput: 2,
  BackupInProgress: 10,
  OwnerRunning: 10,
  TargetBusy: 10,
  RepairRequired: 11,
  SourceNotFound: 12,
  LogDirectoryNotFound: 12,
  SnapshotNotFound: 12,
  ImageNotFound: 12,
  SetNotFound: 12,
  VerificationFailed: 13,
  ImageDamaged: 13,
  PlatformRefused: 14,
  PlatformUnavailable: 14,
};

export const exitCodeOf = (errorName: string): number => exitCodes[errorName] ?? 1;
