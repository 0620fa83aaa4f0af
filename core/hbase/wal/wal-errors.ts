import { HoldfastError } from '../../errors/holdfast-error.ts';

/** Bytes of a write-ahead log that are there and are not what HBase's format says. Nothing behind them may be trusted. */
export class WalCorrupt extends HoldfastError {
  override readonly name = 'WalCorrupt';
  /** The log, as its reader called it. */
  readonly what: string;
  /** Offset in bytes from the start of the file. */
  readonly offset: number;
  readonly reason: string;

  constructor(what: string, offset: number, reason: string) {
    super(
      `${what}, byte ${offset}: ${reason}`,
      'compare the log with its source; if that is damaged too, take a full',
      {
        what,
        offset,
        reason,
      },
    );
    this.what = what;
    this.offset = offset;
    this.reason = reason;
  }
}

/** A log that its writer closed, and that ends before its trailer: edits that were acknowledged are missing. */
export class WalTruncated extends HoldfastError {
  override readonly name = 'WalTruncated';
  readonly what: string;
  /** End of the last whole entry. */
  readonly offset: number;
  /** Bytes behind it that are no whole entry. */
  readonly tornBytes: number;

  constructor(what: string, offset: number, tornBytes: number) {
    super(
      `${what}, byte ${offset}: a closed log that ends without its trailer, ${tornBytes} bytes behind its last whole entry`,
      'compare the log with its source; if that is truncated too, take a full',
      { what, offset, tornBytes },
    );
    this.what = what;
    this.offset = offset;
    this.tornBytes = tornBytes;
  }
}

/** A log of a kind that is not read: encrypted, or of a codec or writer that is unknown here. */
export class WalUnsupported extends HoldfastError {
  override readonly name = 'WalUnsupported';
  readonly what: string;
  readonly reason: string;

  constructor(what: string, reason: string) {
    super(`${what}: ${reason}`, 'back the table up from snapshots (--from-snapshot)', { what, reason });
    this.what = what;
    this.reason = reason;
  }
}
