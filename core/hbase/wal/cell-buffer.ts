import { Buffer } from 'node:buffer';
import { EntryFault } from './entry-fault.ts';

const LEAST_BYTES = 1 << 16;

/** Memory that grows, for cells that are put together. Entries are appended whole or dropped. */
export class CellBuffer {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the next byte goes. */
  at = 0;
  #entryAt = 0;
  /** What the last batch took. */
  #likelyBytes = LEAST_BYTES;
  readonly #maxEntryBytes: number;

  constructor(maxEntryBytes: number) {
    this.#maxEntryBytes = maxEntryBytes;
  }

  /** Room for `length` bytes more. `where` is the place in the log to name. @throws EntryFault past the limit of an entry */
  room(length: number, where: number): void {
    const needed = this.at + length;
    if (needed - this.#entryAt > this.#maxEntryBytes)
      throw new EntryFault(where, `an entry of more than ${this.#maxEntryBytes} bytes when decompressed`);
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#likelyBytes, needed, 2 * this.at));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }

  /** Appends `source[start, end)`, for which there is room. */
  put(source: Uint8Array, start: number, end: number): void {
    // A loop wins where a call costs more than the bytes.
    if (end - start > 40) this.bytes.set(source.subarray(start, end), this.at);
    else for (let i = start, o = this.at; i < end; i++) this.bytes[o++] = source[i]!;
    this.at += end - start;
  }

  commit(): void {
    this.#entryAt = this.at;
  }

  rollBack(): void {
    this.at = this.#entryAt;
  }

  take(): Buffer {
    const taken = this.bytes;
    this.#likelyBytes = Math.max(LEAST_BYTES, Math.min(taken.length, 2 * this.at));
    this.bytes = Buffer.alloc(0);
    this.at = 0;
    this.#entryAt = 0;
    return taken;
  }
}
