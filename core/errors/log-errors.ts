import { HoldfastError } from './holdfast-error.ts';

/** There is no `WALs/` or `oldWALs/` where the logs were said to be: never an empty image. Exit code 12. */
export class LogDirectoryNotFound extends HoldfastError {
  override readonly name = 'LogDirectoryNotFound';
}

/** The parent image states no position in the logs, so that no increment from logs can rest on it. */
export class NoLogPosition extends HoldfastError {
  override readonly name = 'NoLogPosition';
}

/** A log that an increment needs may have been removed: a log that is missing in the middle cannot be seen from names. */
export class LogGap extends HoldfastError {
  override readonly name = 'LogGap';
}

/** A log is nowhere, encrypted, truncated, or does not parse (I9). */
export class LogUnreadable extends HoldfastError {
  override readonly name = 'LogUnreadable';
}

/**
 * Since the parent something happened to the table that logs cannot tell: dropped and made again, truncated, restored
 * from a snapshot, families changed, files placed by hand. The next image must be a full.
 */
export class ChainBroken extends HoldfastError {
  override readonly name = 'ChainBroken';
}

/** Servers' clocks differ by more than the margin: which edits came before the boundary cannot be told. */
export class ClocksDiffer extends HoldfastError {
  override readonly name = 'ClocksDiffer';
}

/** A table that no increment from logs can be made of: its edits are in no log, or its files cannot be written here. */
export class TableRefused extends HoldfastError {
  override readonly name = 'TableRefused';
}
