import { HoldfastError } from '../../errors/holdfast-error.ts';

/** A sorted run in the work area that is not what was written there. */
export class RunCorrupt extends HoldfastError {
  override readonly name = 'RunCorrupt';
  readonly offset: number;
  readonly reason: string;

  constructor(offset: number, reason: string) {
    super(`sorted run at byte ${offset}: ${reason}`, 'run the operation again: it makes its work area anew', {
      offset,
      reason,
    });
    this.offset = offset;
    this.reason = reason;
  }
}
