import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { ByteWindow } from './byte-window.ts';
import type { CellCursor } from './cell-cursor.ts';
import { int32 } from './cell-order.ts';
import type { HFileSource } from './hfile-source.ts';
import { isKeyWithin, LEAST_KEY_BYTES } from './key-order.ts';
import { RunCorrupt } from './run-corrupt.ts';
import { CELL_HEADER_BYTES, END_BYTES, FRAME_HEADER_BYTES, FRAME_KINDS, RUN_MAGIC } from './run-format.ts';

export interface RunReaderOptions {
  /** Bytes a read asks for; two such windows are held of each run. */
  readonly windowBytes?: number;
  /** Largest frame that is accepted: one cell may be a frame. */
  readonly maxFrameBytes?: number;
}

const DEFAULTS = { windowBytes: 512 << 10, maxFrameBytes: 1 << 30 };
const HIGH = 2 ** 32;

/** The cells of a run in order, used where the source put them. Every byte is covered by a checksum, and a run without its end is none. */
export class RunReader implements CellCursor {
  bytes: Uint8Array = Buffer.alloc(0);
  at = 0;
  end = 0;
  mvcc = 0;
  readonly #window: ByteWindow;
  readonly #maxFrameBytes: number;
  readonly #sizeBytes: number;
  /** Of the frame in `bytes`. */
  #frameEnd = 0;
  #offset = 0;
  #cells = 0;
  #isAtEnd = false;

  constructor(source: HFileSource, options: RunReaderOptions = {}) {
    const { windowBytes, maxFrameBytes } = { ...DEFAULTS, ...options };
    this.#window = new ByteWindow(source, 0, source.sizeBytes, windowBytes);
    this.#maxFrameBytes = maxFrameBytes;
    this.#sizeBytes = source.sizeBytes;
  }

  /** @throws RunCorrupt, and what the source throws */
  advance(): boolean | Promise<boolean> {
    const header = this.end;
    if (header >= this.#frameEnd) return this.#isAtEnd ? false : this.#nextFrame();
    const { bytes } = this;
    const at = header + CELL_HEADER_BYTES;
    const end = at <= this.#frameEnd ? at + (int32(bytes, header) >>> 0) : Number.POSITIVE_INFINITY;
    if (end > this.#frameEnd || !isCell(bytes, at, end)) throw this.#corrupt('a cell that does not fit its frame');
    this.mvcc = (int32(bytes, header + 4) >>> 0) * HIGH + (int32(bytes, header + 8) >>> 0);
    if (this.mvcc > Number.MAX_SAFE_INTEGER) throw this.#corrupt('an mvcc beyond 2^53');
    this.at = at;
    this.end = end;
    this.#cells++;
    return true;
  }

  async #nextFrame(): Promise<boolean> {
    const window = this.#window;
    if (this.#offset === 0) {
      await this.#have(RUN_MAGIC.length);
      if (RUN_MAGIC.compare(window.bytes, window.at, window.at + RUN_MAGIC.length) !== 0)
        throw this.#corrupt('does not begin as a run does');
      this.#pass(RUN_MAGIC.length);
    }
    await this.#have(FRAME_HEADER_BYTES);
    const kind = int32(window.bytes, window.at);
    const length = int32(window.bytes, window.at + 4) >>> 0;
    if (length > this.#maxFrameBytes) throw this.#corrupt(`a frame of ${length} bytes`);
    if (length > this.#sizeBytes - this.#offset - FRAME_HEADER_BYTES) throw this.#corrupt('ends without its end');
    await this.#have(FRAME_HEADER_BYTES + length);
    const { bytes, at } = window;
    const from = at + FRAME_HEADER_BYTES;
    const content = bytes.subarray(from, from + length);
    if (crc32(content, crc32(bytes.subarray(at, at + 8))) !== int32(bytes, at + 8) >>> 0)
      throw this.#corrupt('a frame with a wrong checksum');
    if (kind === FRAME_KINDS.end) return this.#finish(Buffer.from(content));
    if (kind !== FRAME_KINDS.cells || length === 0) throw this.#corrupt(`a frame of kind ${kind} and ${length} bytes`);
    this.bytes = bytes;
    this.end = from;
    this.#frameEnd = from + length;
    this.#pass(FRAME_HEADER_BYTES + length);
    return this.advance();
  }

  #finish(end: Buffer): false {
    const cells = end.length === END_BYTES ? Number(end.readBigUInt64BE(0)) : -1;
    if (cells !== this.#cells) throw this.#corrupt(`${this.#cells} cells, its end says ${cells}`);
    this.#pass(FRAME_HEADER_BYTES + end.length);
    if (this.#offset !== this.#sizeBytes) throw this.#corrupt('bytes behind its end');
    this.#isAtEnd = true;
    return false;
  }

  async #have(bytes: number): Promise<void> {
    if (!(await this.#window.have(bytes))) throw this.#corrupt('ends without its end');
  }

  #pass(bytes: number): void {
    this.#window.at += bytes;
    this.#offset += bytes;
  }

  #corrupt(reason: string): RunCorrupt {
    return new RunCorrupt(this.#offset, reason);
  }
}

function isCell(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 8 + LEAST_KEY_BYTES) return false;
  const keyEnd = at + 8 + int32(bytes, at);
  const valueBytes = int32(bytes, at + 4);
  return keyEnd <= end && valueBytes >= 0 && keyEnd + valueBytes <= end && isKeyWithin(bytes, at + 8, keyEnd);
}
