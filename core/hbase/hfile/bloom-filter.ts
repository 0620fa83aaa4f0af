import type { Buffer } from 'node:buffer';
import type { BlockHeader } from './block.ts';
import { readVint } from './hadoop-vint.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { type IndexEntry, readRootEntries } from './index-entries.ts';
import { murmurHash } from './murmur-hash.ts';

/** CompoundBloomFilter's meta before its comparator: version, sizes, hash, counts. */
const FIXED_BYTES = 40;
const MURMUR = 1;

/** What a bloom meta block says. */
export interface BloomMeta {
  readonly hashes: number;
  /** Hash type 1, the only one that is asked here. */
  readonly isMurmur: boolean;
  /** A chunk each, with its first key: the row, or the key bytes of a column. */
  readonly chunks: readonly IndexEntry[];
}

/** @throws HFileCorrupt */
export function readBloomMeta(payload: Buffer, header: BlockHeader): BloomMeta {
  const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
  if (payload.length < FIXED_BYTES + 1) throw corrupt(`${payload.length} bytes are no bloom meta`);
  const version = payload.readInt32BE(0);
  if (version !== 3) throw corrupt(`version ${version} is unknown`);
  let at: number;
  try {
    const comparator = readVint(payload, FIXED_BYTES);
    at = comparator.end + Number(comparator.value);
    if (comparator.value < 0n || at > payload.length) throw new RangeError('a comparator beyond its end');
  } catch (error) {
    throw corrupt((error as Error).message);
  }
  const { entries } = readRootEntries(payload.subarray(at), payload.readInt32BE(36), header);
  return { hashes: payload.readInt32BE(12), isMurmur: payload.readInt32BE(16) === MURMUR, chunks: entries };
}

/** Whether the chunk may have the key; false is certain. */
export function isInChunk(bits: Uint8Array, hashes: number, key: Uint8Array): boolean {
  if (bits.length === 0) return true;
  const first = murmurHash(key, 0, key.length, 0);
  const second = murmurHash(key, 0, key.length, first);
  for (let i = 0, hash = first; i < hashes && i < 64; i++, hash = (hash + second) | 0) {
    const bit = Math.abs(hash % (bits.length * 8));
    if ((bits[bit >>> 3]! & (1 << (bit & 7))) === 0) return false;
  }
  return true;
}
