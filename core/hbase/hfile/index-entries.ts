import type { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { readVint } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

/** An entry of a block index: a child block and a key that is not greater than the child's first. */
export interface IndexEntry {
  readonly offset: number;
  readonly onDiskBytes: number;
  readonly key: Uint8Array;
}

/**
 * Root format: the number of entries stands in the trailer. What remains behind them (the mid-key) is answered too.
 * @throws HFileCorrupt
 */
export function readRootEntries(
  payload: Buffer,
  count: number,
  header: BlockHeader,
): { entries: IndexEntry[]; rest: Buffer } {
  const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
  // 13 bytes is the least an entry takes: a count beyond that is refused before anything is allocated.
  if (count > payload.length / 13) throw corrupt(`${count} entries do not fit into ${payload.length} bytes`);
  const entries: IndexEntry[] = [];
  let at = 0;
  try {
    for (let i = 0; i < count; i++) {
      const key = readVint(payload, at + 12);
      const end = key.end + Number(key.value);
      if (key.value < 0n || end > payload.length) throw new RangeError(`a key of ${key.value} bytes`);
      const offset = offsetAt(payload, at);
      if (offset < 0) throw new RangeError('an offset outside of any file');
      entries.push({ offset, onDiskBytes: payload.readInt32BE(at + 8), key: payload.subarray(key.end, end) });
      at = end;
    }
  } catch (error) {
    throw corrupt(`entry ${entries.length}: ${(error as Error).message}`);
  }
  return { entries, rest: payload.subarray(at) };
}

/** Non-root format: count, offsets of the entries, entries. @throws HFileCorrupt */
export function readNonRootEntries(payload: Buffer, header: BlockHeader): IndexEntry[] {
  const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
  const count = payload.length < 8 ? -1 : payload.readInt32BE(0);
  const base = 4 * (count + 2);
  if (count < 0 || base + 12 * count > payload.length)
    throw corrupt(`${count} entries do not fit into ${payload.length} bytes`);
  const entries: IndexEntry[] = [];
  let start = payload.readInt32BE(4);
  if (start !== 0) throw corrupt('its first entry does not begin at 0');
  for (let i = 0; i < count; i++) {
    const end = payload.readInt32BE(8 + 4 * i);
    if (end < start + 12 || base + end > payload.length) throw corrupt(`entry ${i} ends at ${end}`);
    const at = base + start;
    const offset = offsetAt(payload, at);
    if (offset < 0) throw corrupt(`entry ${i}: an offset outside of any file`);
    entries.push({ offset, onDiskBytes: payload.readInt32BE(at + 8), key: payload.subarray(at + 12, base + end) });
    start = end;
  }
  if (base + start !== payload.length) throw corrupt(`${payload.length - base - start} bytes behind its entries`);
  return entries;
}

/** -1 for what no file has. */
function offsetAt(payload: Buffer, at: number): number {
  const offset = Number(payload.readBigInt64BE(at));
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : -1;
}
