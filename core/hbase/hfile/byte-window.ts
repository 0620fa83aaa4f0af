import { Buffer } from 'node:buffer';
import { type HFileSource, readExactly } from './hfile-source.ts';

/**
 * Reads a part of a file front to back, `windowBytes` at a time and one window ahead. Bytes stay where the source put them;
 * only what lies in two windows is copied. Memory: two windows and what is asked for at once.
 */
export class ByteWindow {
  bytes: Uint8Array = Buffer.alloc(0);
  /** Where in `bytes` the next byte is; its owner moves it on. */
  at = 0;
  readonly #source: HFileSource;
  readonly #end: number;
  readonly #windowBytes: number;
  #fetched: number;
  #ahead: Promise<Uint8Array> | undefined;
  /** What follows behind `bytes` of the window that was taken last. */
  #rest: Uint8Array | undefined;

  constructor(source: HFileSource, start: number, end: number, windowBytes: number) {
    this.#source = source;
    this.#end = end;
    this.#windowBytes = windowBytes;
    this.#fetched = start;
  }

  /** Bytes at hand from `at` on. */
  get available(): number {
    return this.bytes.length - this.at;
  }

  /** Sees to it that `needed` bytes are at hand; false if the part ends before. `bytes` may be others afterwards, those of before stay as they are. */
  async have(needed: number): Promise<boolean> {
    if (this.available >= needed) return true;
    const parts = this.available === 0 ? [] : [this.bytes.subarray(this.at)];
    let length = this.available;
    while (length < needed) {
      const window = this.#rest ?? (await this.#next());
      this.#rest = undefined;
      if (window === undefined) return false;
      parts.push(window);
      length += window.length;
    }
    const last = parts.at(-1)!;
    if (parts.length === 1) {
      this.bytes = last;
    } else {
      if (length > needed) this.#rest = last.subarray(needed - length);
      this.bytes = Buffer.concat(parts, needed);
    }
    this.at = 0;
    return true;
  }

  async #next(): Promise<Uint8Array | undefined> {
    const window = await (this.#ahead ?? this.#fetch());
    this.#ahead = this.#fetch();
    return window;
  }

  #fetch(): Promise<Uint8Array> | undefined {
    const from = this.#fetched;
    const length = Math.min(this.#windowBytes, this.#end - from);
    if (length <= 0) return undefined;
    this.#fetched += length;
    const window = readExactly(this.#source, from, length);
    // Whoever awaits it gets the error; if nobody does any more, an earlier one was thrown.
    window.catch(() => undefined);
    return window;
  }
}
