import { type Evidence, HoldfastError } from './holdfast-error.ts';

/** A call may or may not have taken effect. Settled by reading, never by undoing (I3, I9). */
export class UnknownOutcome extends HoldfastError {
  override readonly name = 'UnknownOutcome';

  constructor(message: string, evidence: Evidence = {}) {
    super(message, 'holdfast progress', evidence);
  }
}
