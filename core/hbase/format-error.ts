import { HoldfastError } from '../errors/holdfast-error.ts';

/** Bytes that are not what HBase's format says: what was being read, and at which byte of it the contradiction stands. */
export class HBaseFormatError extends HoldfastError {
  override readonly name = 'HBaseFormatError';
  /** The thing being read, e.g. `data.manifest of snapshot t-1`. */
  readonly what: string;
  /** Offset in bytes from the start of that thing. */
  readonly offset: number;
  readonly reason: string;

  constructor(what: string, offset: number, reason: string) {
    super(`${what}, byte ${offset}: ${reason}`, 'take a new snapshot of the table and back that up', {
      what,
      offset,
      reason,
    });
    this.what = what;
    this.offset = offset;
    this.reason = reason;
  }
}
