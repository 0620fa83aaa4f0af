/** Reads an encoded block front to back and past its end never. */
export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at: number, end: number) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  /** Where the next `length` bytes begin. @throws RangeError */
  skip(length: number): number {
    const at = this.at;
    if (!(length >= 0) || at + length > this.end)
      throw new RangeError(`${length} bytes where ${this.end - at} are left`);
    this.at = at + length;
    return at;
  }

  byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  /** ByteBufferUtils.readCompressedInt: seven bits a byte, low ones first. */
  compressedInt(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) {
        if (value > 0x7fffffff) break;
        return value;
      }
    }
    throw new RangeError('an integer of more than 31 bits');
  }
}
