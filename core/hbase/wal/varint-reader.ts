import { EntryFault, EntryShort } from './entry-fault.ts';

/** Reads protobuf's varints out of a buffer; `next` is where the bytes behind the last one begin. */
export class VarintReader {
  next = 0;

  /**
   * A length: what StreamUtils.readRawVarint32 reads, not negative.
   * @param end of the bytes at hand
   * @throws EntryShort, EntryFault
   */
  int32(b: Uint8Array, at: number, end: number): number {
    let value = 0;
    for (let i = 0, factor = 1; i < 5; i++, factor *= 128) {
      if (at + i >= end) throw new EntryShort(at, at + i + 1);
      const byte = b[at + i]!;
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (value > 0x7fffffff) break;
        this.next = at + i + 1;
        return value;
      }
    }
    throw new EntryFault(at, 'a length that is no positive int32');
  }

  /** A uint64; NaN if it is beyond 2^53, for the caller to refuse or to pass over. @throws EntryFault */
  uint64(b: Uint8Array, at: number, end: number): number {
    let value = 0;
    for (let i = 0, factor = 1; i < 10 && at + i < end; i++, factor *= 128) {
      const byte = b[at + i]!;
      value += (byte & 127) * factor;
      if (byte < 128) {
        this.next = at + i + 1;
        return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
      }
    }
    throw new EntryFault(at, 'a varint without an end');
  }
}
