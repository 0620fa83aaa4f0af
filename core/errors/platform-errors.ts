import { HoldfastError } from './holdfast-error.ts';

/** AWS refused: credentials, policy, a missing bucket. Exit code 14. */
export class PlatformRefused extends HoldfastError {
  override readonly name = 'PlatformRefused';
}

/** AWS stayed throttled, unreachable or failing through every retry. Exit code 14. */
export class PlatformUnavailable extends HoldfastError {
  override readonly name = 'PlatformUnavailable';
}

/** An answer that this release cannot interpret (I9): never skipped. */
export class UnknownAnswer extends HoldfastError {
  override readonly name = 'UnknownAnswer';
}

/** The step stopped itself before its Lambda deadline; the state machine calls it again. */
export class OutOfTime extends HoldfastError {
  override readonly name = 'OutOfTime';
}
