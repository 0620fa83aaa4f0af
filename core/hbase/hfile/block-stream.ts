import { type BlockHeader, HEADER_BYTES, readBlockHeader } from './block.ts';
import { ByteWindow } from './byte-window.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import type { HFileSource } from './hfile-source.ts';

/** A block as it lies in the file: `bytes[at, at + header.onDiskBytes)`, valid until the next is asked for. */
export interface StoredBlock {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly header: BlockHeader;
}

/**
 * The blocks from `start` to `end`, which they have to meet exactly. Reads `windowBytes` at a time and one window ahead;
 * memory is two windows and the largest block.
 * @param maxBlockBytes a block that is larger is refused before it is read
 * @throws HFileCorrupt
 */
export async function* blocksOf(
  source: HFileSource,
  start: number,
  end: number,
  windowBytes: number,
  maxBlockBytes: number,
): AsyncGenerator<StoredBlock> {
  const window = new ByteWindow(source, start, end, windowBytes);
  let offset = start;
  const have = async (needed: number) => {
    if (window.available >= needed || (await window.have(needed))) return;
    throw new HFileCorrupt('block', offset, `${needed} bytes are needed, ${end - offset} are left`);
  };
  while (offset < end) {
    if (end - offset < HEADER_BYTES) throw new HFileCorrupt('block', offset, `${end - offset} bytes are no block`);
    await have(HEADER_BYTES);
    const header = readBlockHeader(window.bytes, window.at, offset, end);
    checkBlockBytes(header, maxBlockBytes);
    await have(header.onDiskBytes);
    yield { bytes: window.bytes, at: window.at, header };
    window.at += header.onDiskBytes;
    offset += header.onDiskBytes;
  }
}

/** @throws HFileCorrupt */
export function checkBlockBytes({ type, offset, onDiskBytes }: BlockHeader, maxBlockBytes: number): void {
  if (onDiskBytes <= maxBlockBytes) return;
  throw new HFileCorrupt(`${type} block`, offset, `${onDiskBytes} bytes, more than ${maxBlockBytes}`);
}
