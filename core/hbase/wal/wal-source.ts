import { Buffer } from 'node:buffer';
import { WalCorrupt } from './wal-errors.ts';

/**
 * A log to read from, by ranges. Its size is that of the moment it was looked at: a log that grows is read up to there.
 * A log that moves is the source's business: it finds the log again and answers from its new place.
 */
export interface WalSource {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset` on; nobody writes to them afterwards. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

const NO_BYTES = Buffer.alloc(0);

/**
 * A window that slides over a log, in pieces of `windowBytes` and one piece ahead of what is asked for. Bytes are looked
 * at where the source put them; only what lies in two pieces is copied, as far as it was asked for.
 */
export class WalWindow {
  /** What is in memory. Replaced, never written to, so that who holds it may keep it. */
  bytes: Buffer = NO_BYTES;
  /** Offset of `bytes[0]` in the log. */
  base: number;
  readonly #source: WalSource;
  readonly #what: string;
  readonly #windowBytes: number;
  /** The piece that was taken last; `bytes` ends within it or with it. */
  #piece: Buffer = NO_BYTES;
  #pieceBase: number;
  #fetched: number;
  #ahead: Promise<Buffer> | undefined;

  constructor(source: WalSource, what: string, offset: number, windowBytes: number) {
    this.#source = source;
    this.#what = what;
    this.#windowBytes = windowBytes;
    this.base = offset;
    this.#pieceBase = offset;
    this.#fetched = offset;
  }

  /**
   * Drops what lies before `from` and has the log in memory up to `until` at least, which must lie within it.
   * @throws WalCorrupt if the source answers with fewer bytes; what the source throws
   */
  async have(from: number, until: number): Promise<void> {
    if (from < this.#pieceBase || until > this.#pieceBase + this.#piece.length) await this.#join(from, until);
    else this.bytes = this.#piece.subarray(from - this.#pieceBase);
    this.base = from;
  }

  /** More than one piece is needed, or the next one. */
  async #join(from: number, until: number): Promise<void> {
    const bytesEnd = this.base + this.bytes.length;
    const parts = [this.bytes.subarray(from - this.base)];
    parts.push(this.#piece.subarray(Math.max(from, bytesEnd) - this.#pieceBase));
    while (this.#pieceBase + this.#piece.length < until) {
      const piece = await (this.#ahead ?? this.#fetch());
      this.#pieceBase += this.#piece.length;
      this.#piece = piece;
      this.#ahead = this.#fetched < this.#source.sizeBytes ? this.#fetch() : undefined;
      // Whoever awaits it gets the error; if nobody does any more, reading ended before it.
      this.#ahead?.catch(() => undefined);
      parts.push(piece);
    }
    const held = parts.filter((part) => part.length > 0);
    this.bytes = held.length === 1 ? held[0]! : Buffer.concat(held, Math.max(until, bytesEnd) - from);
  }

  async #fetch(): Promise<Buffer> {
    const from = this.#fetched;
    const length = Math.min(this.#windowBytes, this.#source.sizeBytes - from);
    if (length <= 0) throw new WalCorrupt(this.#what, from, 'read beyond its end');
    this.#fetched += length;
    const piece = await this.#source.read(from, length);
    if (piece.length === length) return Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    throw new WalCorrupt(this.#what, from, `${piece.length} bytes were read where ${length} were asked for`);
  }
}
