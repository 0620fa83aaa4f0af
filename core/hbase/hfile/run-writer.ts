import { Buffer } from 'node:buffer';
import { constants, crc32, zstdCompressSync } from 'node:zlib';
import type { ByteSink } from './block-writer.ts';
import { int32 } from './cell-order.ts';
import { copyBytes } from './copy-bytes.ts';
import { GrowingBytes } from './growing-bytes.ts';
import {
  CELL_HEADER_BYTES,
  chunkBytes,
  END_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_KINDS,
  RUN_MAGIC,
  type RunFacts,
} from './run-format.ts';

export interface RunWriterOptions {
  /** Bytes of cells that are compressed together, what a reader holds of each run. */
  readonly frameBytes?: number;
  readonly compression?: 'none' | 'zstd';
}

export interface RunSummary extends RunFacts {
  readonly sizeBytes: number;
}

const FRAME_BYTES = 256 << 10;
const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const HIGH = 2 ** 32;

/** Writes a sorted run. Cells are given in HBase's order, which whoever writes an HFile of them checks. */
export class RunWriter {
  readonly #sink: ByteSink;
  readonly #frameBytes: number;
  readonly #isCompressed: boolean;
  readonly #frame: GrowingBytes;
  #sizeBytes = 0;
  #cells = 0;
  #cellBytes = 0;
  #maxMvcc = 0;
  #maxTagBytes = 0;

  constructor(sink: ByteSink, options: RunWriterOptions = {}) {
    this.#sink = sink;
    this.#frameBytes = options.frameBytes ?? FRAME_BYTES;
    this.#isCompressed = options.compression !== 'none';
    this.#frame = new GrowingBytes(this.#frameBytes + (this.#frameBytes >>> 2));
  }

  /** A {@link CellSink}. */
  append(bytes: Uint8Array, at: number, end: number, mvcc: number): Promise<void> | undefined {
    const frame = this.#frame;
    frame.reserve(CELL_HEADER_BYTES + end - at);
    const { bytes: target, length } = frame;
    putInt32(target, length, end - at);
    putInt32(target, length + 4, Math.floor(mvcc / HIGH));
    putInt32(target, length + 8, mvcc >>> 0);
    copyBytes(target, length + CELL_HEADER_BYTES, bytes, at, end);
    frame.length += CELL_HEADER_BYTES + end - at;
    this.#cells++;
    this.#cellBytes += end - at;
    if (mvcc > this.#maxMvcc) this.#maxMvcc = mvcc;
    const tagBytes = end - at - 10 - int32(bytes, at) - int32(bytes, at + 4);
    if (tagBytes > this.#maxTagBytes) this.#maxTagBytes = tagBytes;
    return frame.length < this.#frameBytes ? undefined : this.#flush();
  }

  async finish(): Promise<RunSummary> {
    if (this.#frame.length > 0) await this.#flush();
    const facts = {
      cells: this.#cells,
      cellBytes: this.#cellBytes,
      maxMvcc: this.#maxMvcc,
      maxTagBytes: this.#maxTagBytes,
    };
    const end = Buffer.alloc(END_BYTES);
    for (const [i, value] of Object.values(facts).entries()) end.writeBigUInt64BE(BigInt(value), 8 * i);
    await this.#write(FRAME_KINDS.end, end, end.length);
    return { ...facts, sizeBytes: this.#sizeBytes };
  }

  async #flush(): Promise<void> {
    const raw = this.#frame.content();
    const packed = this.#isCompressed ? zstdCompressSync(raw, { ...FASTEST, chunkSize: chunkBytes(raw.length) }) : raw;
    const isSmaller = packed.length < raw.length;
    await this.#write(isSmaller ? FRAME_KINDS.zstd : FRAME_KINDS.plain, isSmaller ? packed : raw, raw.length);
    this.#frame.length = 0;
  }

  async #write(kind: number, stored: Uint8Array, rawBytes: number): Promise<void> {
    const magicBytes = this.#sizeBytes === 0 ? RUN_MAGIC.length : 0;
    const bytes = Buffer.allocUnsafe(magicBytes + FRAME_HEADER_BYTES + stored.length);
    if (magicBytes > 0) bytes.set(RUN_MAGIC);
    bytes.writeUInt32BE(kind, magicBytes);
    bytes.writeUInt32BE(stored.length, magicBytes + 4);
    bytes.writeUInt32BE(rawBytes, magicBytes + 8);
    const checksum = crc32(stored, crc32(bytes.subarray(magicBytes, magicBytes + 12)));
    bytes.writeUInt32BE(checksum, magicBytes + 12);
    bytes.set(stored, magicBytes + FRAME_HEADER_BYTES);
    this.#sizeBytes += bytes.length;
    await this.#sink(bytes);
  }
}

/** Buffer's own checks its arguments, for each cell three times. */
function putInt32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
