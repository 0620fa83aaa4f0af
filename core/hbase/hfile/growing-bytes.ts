import { Buffer } from 'node:buffer';

/** Bytes that are appended to and thrown away together; their memory is kept for the next round. */
export class GrowingBytes {
  bytes: Buffer;
  length = 0;

  constructor(initialBytes: number) {
    this.bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  /** Makes room for `extra` bytes behind `length`; `bytes` may be another Buffer afterwards. */
  reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.bytes.length));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  append(source: Uint8Array): void {
    this.reserve(source.length);
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  content(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}
