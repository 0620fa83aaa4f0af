import { EntryFault } from './entry-fault.ts';
import { VarintReader } from './varint-reader.ts';

/** No WALKey comes near: what claims more is damaged, not long. */
export const MAX_KEY_BYTES = 1 << 20;

/**
 * WALKey, the message before an entry's cells. One object reads one after the other, since a log has millions. Bytes
 * stay where they are: ranges count in the buffer that was read. With dictionary compression each holds an item.
 */
export class WalKey {
  regionAt = 0;
  regionEnd = 0;
  tableAt = 0;
  tableEnd = 0;
  /** log_sequence_number; of an edit that was recovered before, the number it had at first, as replay uses it. */
  sequenceId = 0;
  writeTimeMs = 0;
  cells = 0;
  /** Whether the edit came from another cluster through replication. */
  isReplicated = false;
  /** Starts and ends of the families of the scopes, then those of the values of the extended attributes. */
  readonly scopes: number[] = [];
  readonly attributes: number[] = [];
  readonly #varint = new VarintReader();

  /** @throws EntryFault unless `b[at, end)` is a WALKey */
  read(b: Uint8Array, at: number, end: number): void {
    const varint = this.#varint;
    let sequenceId = -1;
    let original = 0;
    this.regionAt = -1;
    this.tableAt = -1;
    this.writeTimeMs = -1;
    this.cells = 0;
    this.isReplicated = false;
    this.scopes.length = 0;
    this.attributes.length = 0;
    for (let p = at; p < end; ) {
      const tag = varint.uint64(b, p, end);
      const valueAt = varint.next;
      switch (tag) {
        case 10:
          p = this.#endOfBytes(b, valueAt, end);
          this.regionAt = varint.next;
          this.regionEnd = p;
          break;
        case 18:
          p = this.#endOfBytes(b, valueAt, end);
          this.tableAt = varint.next;
          this.tableEnd = p;
          break;
        case 24:
          sequenceId = this.#exact(b, valueAt, end, 'sequence id');
          p = varint.next;
          break;
        case 32:
          this.writeTimeMs = this.#exact(b, valueAt, end, 'write time');
          p = varint.next;
          break;
        case 42:
        case 66:
          this.isReplicated = true;
          p = this.#endOfBytes(b, valueAt, end);
          break;
        case 50:
          p = this.#endOfBytes(b, valueAt, end);
          this.#inner(b, varint.next, p, 10, this.scopes);
          break;
        case 56:
          this.cells = this.#exact(b, valueAt, end, 'count of cells');
          p = varint.next;
          break;
        case 88:
          original = varint.uint64(b, valueAt, end);
          p = varint.next;
          break;
        case 98:
          p = this.#endOfBytes(b, valueAt, end);
          this.#inner(b, varint.next, p, 18, this.attributes);
          break;
        default:
          p = this.#skip(b, tag, valueAt, end);
      }
    }
    if (this.regionAt < 0 || this.tableAt < 0 || sequenceId < 0 || this.writeTimeMs < 0) {
      throw new EntryFault(at, 'a key without region, table, sequence id or write time');
    }
    if (this.cells > 0x7fffffff) throw new EntryFault(at, `an entry of ${this.cells} cells`);
    // -1 stands for none, and is beyond what is exact.
    this.sequenceId = original > 0 ? original : sequenceId;
  }

  #exact(b: Uint8Array, at: number, end: number, name: string): number {
    const value = this.#varint.uint64(b, at, end);
    if (Number.isNaN(value)) throw new EntryFault(at, `a ${name} beyond 2^53`);
    return value;
  }

  /** End of a length-delimited value; its start is then in `#varint.next`. */
  #endOfBytes(b: Uint8Array, at: number, end: number): number {
    const length = this.#varint.uint64(b, at, end);
    const valueEnd = this.#varint.next + length;
    if (valueEnd <= end) return valueEnd;
    throw new EntryFault(at, `a field of ${length} bytes in a key that has ${end - at} left`);
  }

  /** Adds the range of the last field `wanted` of a message within; one level, whatever the bytes say. */
  #inner(b: Uint8Array, at: number, end: number, wanted: number, ranges: number[]): void {
    let found = -1;
    let foundEnd = -1;
    for (let p = at; p < end; ) {
      const tag = this.#varint.uint64(b, p, end);
      if (tag !== wanted) {
        p = this.#skip(b, tag, this.#varint.next, end);
        continue;
      }
      p = this.#endOfBytes(b, this.#varint.next, end);
      found = this.#varint.next;
      foundEnd = p;
    }
    if (found >= 0) ranges.push(found, foundEnd);
  }

  /** Groups nest, HBase has none: refusing them keeps hostile bytes from recursing. */
  #skip(b: Uint8Array, tag: number, at: number, end: number): number {
    const wireType = tag & 7;
    let p = -1;
    if (tag < 8 || tag > 0xffffffff || Number.isNaN(tag)) throw new EntryFault(at, 'an illegal field of a key');
    if (wireType === 0) {
      this.#varint.uint64(b, at, end);
      return this.#varint.next;
    }
    if (wireType === 1) p = at + 8;
    else if (wireType === 2) p = this.#endOfBytes(b, at, end);
    else if (wireType === 5) p = at + 4;
    if (p < 0 || p > end) throw new EntryFault(at, 'an illegal field of a key');
    return p;
  }
}
