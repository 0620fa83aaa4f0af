import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import type { ByteSink } from './block-writer.ts';
import { int32 } from './cell-order.ts';
import { copyBytes } from './copy-bytes.ts';
import { GrowingBytes } from './growing-bytes.ts';
import {
  CELL_HEADER_BYTES,
  END_BYTES,
  FRAME_HEADER_BYTES,
  FRAME_KINDS,
  RUN_MAGIC,
  type RunFacts,
} from './run-format.ts';

export interface RunWriterOptions {
  /** Bytes of cells under one checksum. */
  readonly frameBytes?: number;
}

export interface RunSummary extends RunFacts {
  readonly sizeBytes: number;
}

const FRAME_BYTES = 64 << 10;
const HIGH = 2 ** 32;

/** Writes a sorted run. Cells are given in HBase's order, which whoever writes an HFile of them checks. */
export class RunWriter {
  readonly #sink: ByteSink;
  readonly #frameBytes: number;
  /** The frame in the making, with room for its header; before the first one the magic. */
  readonly #frame: GrowingBytes;
  #headerAt = RUN_MAGIC.length;
  #sizeBytes = 0;
  #cells = 0;
  #cellBytes = 0;
  #maxMvcc = 0;
  #maxTagBytes = 0;

  constructor(sink: ByteSink, options: RunWriterOptions = {}) {
    this.#sink = sink;
    this.#frameBytes = options.frameBytes ?? FRAME_BYTES;
    this.#frame = new GrowingBytes(this.#frameBytes + (this.#frameBytes >>> 2) + 64);
    this.#frame.append(RUN_MAGIC);
    this.#frame.length += FRAME_HEADER_BYTES;
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
    return frame.length < this.#headerAt + this.#frameBytes ? undefined : this.#flush(FRAME_KINDS.cells);
  }

  async finish(): Promise<RunSummary> {
    if (this.#frame.length > this.#headerAt + FRAME_HEADER_BYTES) await this.#flush(FRAME_KINDS.cells);
    const facts = {
      cells: this.#cells,
      cellBytes: this.#cellBytes,
      maxMvcc: this.#maxMvcc,
      maxTagBytes: this.#maxTagBytes,
    };
    const end = Buffer.alloc(END_BYTES);
    for (const [i, value] of Object.values(facts).entries()) end.writeBigUInt64BE(BigInt(value), 8 * i);
    this.#frame.append(end);
    await this.#flush(FRAME_KINDS.end);
    return { ...facts, sizeBytes: this.#sizeBytes };
  }

  async #flush(kind: number): Promise<void> {
    const content = this.#frame.content();
    const headerAt = this.#headerAt;
    const cellsAt = headerAt + FRAME_HEADER_BYTES;
    content.writeUInt32BE(kind, headerAt);
    content.writeUInt32BE(content.length - cellsAt, headerAt + 4);
    const checksum = crc32(content.subarray(cellsAt), crc32(content.subarray(headerAt, headerAt + 8)));
    content.writeUInt32BE(checksum, headerAt + 8);
    this.#sizeBytes += content.length;
    await this.#sink(content);
    this.#headerAt = 0;
    this.#frame.length = FRAME_HEADER_BYTES;
  }
}

/** Buffer's own checks its arguments, for each cell three times. */
function putInt32(target: Uint8Array, at: number, value: number): void {
  target[at] = value >>> 24;
  target[at + 1] = value >>> 16;
  target[at + 2] = value >>> 8;
  target[at + 3] = value;
}
