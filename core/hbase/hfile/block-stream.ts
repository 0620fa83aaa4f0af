import { Buffer } from 'node:buffer';
import { type BlockHeader, HEADER_BYTES, readBlockHeader } from './block.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

/** A file to read from, by ranges: an S3 object or a local file. */
export interface HFileSource {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset` on; the caller does not write to them. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A block as it lies in the file: `bytes[at, at + header.onDiskBytes)`, valid until the next is asked for. */
export interface StoredBlock {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly header: BlockHeader;
}

/**
 * The blocks from `start` to `end`, which they have to meet exactly. Reads `windowBytes` at a time and one window ahead;
 * memory is two windows and the largest block.
 * @throws HFileCorrupt
 */
export async function* blocksOf(
  source: HFileSource,
  start: number,
  end: number,
  windowBytes: number,
): AsyncGenerator<StoredBlock> {
  let bytes: Uint8Array = Buffer.alloc(0);
  let at = 0;
  let offset = start;
  let fetched = start;
  let ahead: Promise<Uint8Array> | undefined;
  const fetch = () => {
    const from = fetched;
    const length = Math.min(windowBytes, end - from);
    fetched += length;
    const window = length === 0 ? undefined : readExactly(source, from, length);
    // Whoever awaits it gets the error; if nobody does any more, an earlier one was thrown.
    window?.catch(() => undefined);
    return window;
  };
  const have = async (needed: number) => {
    if (bytes.length - at >= needed) return;
    const parts = [bytes.subarray(at)];
    let length = parts[0]!.length;
    while (length < needed) {
      const window = await (ahead ?? fetch());
      if (window === undefined)
        throw new HFileCorrupt('block', offset, `${needed} bytes are needed, ${length} are left`);
      ahead = fetch();
      parts.push(window);
      length += window.length;
    }
    bytes = parts[0]!.length === 0 && parts.length === 2 ? parts[1]! : Buffer.concat(parts);
    at = 0;
  };
  while (offset < end) {
    await have(Math.min(HEADER_BYTES, end - offset + 1));
    if (end - offset < HEADER_BYTES) throw new HFileCorrupt('block', offset, `${end - offset} bytes are no block`);
    const header = readBlockHeader(bytes, at, offset, end);
    await have(header.onDiskBytes);
    yield { bytes, at, header };
    at += header.onDiskBytes;
    offset += header.onDiskBytes;
  }
}

/** @throws HFileCorrupt if the source gives fewer or more bytes */
export async function readExactly(source: HFileSource, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length === length) return bytes;
  throw new HFileCorrupt('file', offset, `${bytes.length} bytes were read where ${length} were asked for`);
}
