import { Reader } from 'protobufjs/minimal.js';
import type { WalBatch } from '../../core/hbase/wal/wal-batch.ts';

const TYPES = [0, 4, 8, 10, 12, 14, 255];

/**
 * What a reader gives out is held to the format once more, in another way: each cell is one whole KeyValue, each number
 * is exact. Throws if it is not.
 */
export function requireLegal({ bytes, starts, ends, entries }: WalBatch): void {
  for (const { sequenceId, writeTimeMs } of entries) {
    if (!Number.isSafeInteger(sequenceId) || !Number.isSafeInteger(writeTimeMs) || sequenceId < 0)
      throw new Error(`an entry of sequence id ${sequenceId}, written at ${writeTimeMs}`);
  }
  for (let i = 0; i < (entries.at(-1)?.endCell ?? 0); i++) {
    const cell = Buffer.from(bytes.subarray(starts[i], ends[i]));
    const fault = faultOf(cell);
    if (fault !== undefined) throw new Error(`a cell with ${fault}: ${cell.toString('hex').slice(0, 200)}`);
  }
}

function faultOf(cell: Buffer): string | undefined {
  if (cell.length < 20) return 'too few bytes';
  const [keyBytes, valueBytes] = [cell.readInt32BE(0), cell.readInt32BE(4)];
  if (keyBytes < 12 || valueBytes < 0 || 8 + keyBytes + valueBytes > cell.length) return 'a key or value beyond it';
  const key = cell.subarray(8, 8 + keyBytes);
  const rowBytes = key.readInt16BE(0);
  if (rowBytes < 0 || rowBytes + 12 > keyBytes) return 'a row beyond its key';
  const familyBytes = key.readInt8(2 + rowBytes);
  if (familyBytes < 0 || rowBytes + familyBytes + 12 > keyBytes) return 'a family beyond its key';
  if (key.readBigInt64BE(keyBytes - 9) < 0n) return 'a negative time';
  if (!TYPES.includes(key[keyBytes - 1]!)) return `the type ${key[keyBytes - 1]}`;
  const tags = cell.subarray(8 + keyBytes + valueBytes);
  if (tags.length === 0) return undefined;
  if (tags.length < 2 || tags.readUInt16BE(0) !== tags.length - 2) return 'tags of another length';
  for (let at = 2; at < tags.length; ) {
    if (at + 2 > tags.length || tags.readUInt16BE(at) === 0) return 'a tag without a type';
    at += 2 + tags.readUInt16BE(at);
    if (at > tags.length) return 'a tag beyond the tags';
  }
  return undefined;
}

/** The key of the entry at `offset` is one whole message. Throws if it is not. */
export function requireWholeKey(log: Uint8Array, offset: number): void {
  const reader = Reader.create(log);
  reader.pos = offset;
  const key = Reader.create(reader.bytes());
  while (key.pos < key.len) key.skipType(key.uint32() & 7);
}
