import { HoldfastError } from '../../errors/holdfast-error.ts';

/** An HFile that HBase could not read whole, or would read wrongly: what of it, and at which byte of the file. */
export class HFileCorrupt extends HoldfastError {
  override readonly name = 'HFileCorrupt';
  /** The part, e.g. `data block`, `trailer`, `root index`. */
  readonly what: string;
  readonly offset: number;
  readonly reason: string;

  constructor(what: string, offset: number, reason: string) {
    super(`${what} at byte ${offset}: ${reason}`, 'compare the object with its source and back the table up again', {
      what,
      offset,
      reason,
    });
    this.what = what;
    this.offset = offset;
    this.reason = reason;
  }
}
