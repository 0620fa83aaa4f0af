import { HoldfastError } from '../../errors/holdfast-error.ts';

/** An HFile that may well be whole, but whose cells are not read here: encrypted, of an unread codec or encoding. */
export class HFileUnreadable extends HoldfastError {
  override readonly name = 'HFileUnreadable';
  readonly reason: string;

  constructor(reason: string) {
    super(
      `the HFile's cells cannot be read: ${reason}`,
      'have HBase write the family without it (alter, then major_compact) or back it up as whole files',
      { reason },
    );
    this.reason = reason;
  }
}
