import type { ByteReader } from './byte-reader.ts';
import type { GrowingBytes } from './growing-bytes.ts';
import { LEAST_KEY_BYTES } from './key-order.ts';

/** Timestamp and type at the end of a key. */
const TAIL_BYTES = 9;

/** Reads the next cell, without tags and mvcc, and appends it as a plain block has it. @throws RangeError */
export type DeltaReader = (source: ByteReader, target: GrowingBytes) => void;

/** The cell before, in the block that is being made. */
interface Previous {
  /** Where its key begins; -1 before the first. */
  keyAt: number;
  keyBytes: number;
  valueBytes: number;
}

const first = (): Previous => ({ keyAt: -1, keyBytes: 0, valueBytes: 0 });

/** PrefixKeyDeltaEncoder: what a key shares with the one before is left out. */
export function prefixReader(): DeltaReader {
  const previous = first();
  return (source, target) => {
    const restBytes = source.compressedInt();
    const valueBytes = source.compressedInt();
    const shared = source.compressedInt();
    begin(previous, target, shared + restBytes, valueBytes, shared);
    take(source, target, restBytes);
    take(source, target, valueBytes);
  };
}

/** DiffKeyDeltaEncoder: lengths, type and family that stay the same are left out, timestamps are differences. */
export function diffReader(): DeltaReader {
  const previous = first();
  let family: Uint8Array | undefined;
  return (source, target) => {
    if (family === undefined) {
      const at = source.skip(1);
      const length = source.bytes[at]!;
      source.skip(length);
      family = source.bytes.subarray(at, at + 1 + length);
    }
    const flag = source.byte();
    const keyBytes = (flag & 1) !== 0 ? previous.keyBytes : source.compressedInt();
    const valueBytes = (flag & 2) !== 0 ? previous.valueBytes : source.compressedInt();
    const shared = source.compressedInt();
    const before = begin(previous, target, keyBytes, valueBytes, shared);
    putColumn(source, target, previous, before, shared, family);
    let timestamp = littleEndian(source, ((flag >>> 4) & 7) + 1);
    if ((flag & 128) !== 0) timestamp = -timestamp;
    if ((flag & 8) !== 0) timestamp = target.bytes.readBigInt64BE(tailOf(before)) - timestamp;
    target.reserve(8);
    target.length = target.bytes.writeBigInt64BE(BigInt.asIntN(64, timestamp), target.length);
    putType(source, target, before, (flag & 4) !== 0);
    take(source, target, valueBytes);
  };
}

/** FastDiffDeltaEncoder: like DIFF, timestamps share a prefix, and a value may be that of the cell before. */
export function fastDiffReader(): DeltaReader {
  const previous = first();
  let valueAt = 0;
  return (source, target) => {
    const flag = source.byte();
    const keyBytes = (flag & 8) !== 0 ? previous.keyBytes : source.compressedInt();
    const valueBytes = (flag & 16) !== 0 ? previous.valueBytes : source.compressedInt();
    const shared = source.compressedInt();
    const before = begin(previous, target, keyBytes, valueBytes, shared);
    // The first key has its family in it; the later ones take theirs from there.
    if (before.keyAt < 0) take(source, target, keyBytes - TAIL_BYTES);
    else putColumn(source, target, previous, before, shared, familyOf(target, before));
    const sameTimestamp = flag & 7;
    repeat(target, tailOf(before), sameTimestamp);
    take(source, target, 8 - sameTimestamp);
    putType(source, target, before, (flag & 32) !== 0);
    const isSameValue = (flag & 64) !== 0;
    if (!isSameValue) valueAt = target.length;
    else if (valueBytes !== before.valueBytes) throw new RangeError('the same value of another length');
    if (isSameValue) repeat(target, valueAt, valueBytes);
    else take(source, target, valueBytes);
  };
}

/** Appends lengths and the shared part of the key; answers the cell before and makes this one the previous. */
function begin(
  previous: Previous,
  target: GrowingBytes,
  keyBytes: number,
  valueBytes: number,
  shared: number,
): Previous {
  const before = { ...previous };
  if (keyBytes < LEAST_KEY_BYTES || shared > Math.min(keyBytes, before.keyBytes))
    throw new RangeError(`a key of ${keyBytes} bytes that shares ${shared} with one of ${before.keyBytes}`);
  target.reserve(8 + shared);
  target.length = target.bytes.writeInt32BE(keyBytes, target.length);
  target.length = target.bytes.writeInt32BE(valueBytes, target.length);
  previous.keyAt = target.length;
  previous.keyBytes = keyBytes;
  previous.valueBytes = valueBytes;
  repeat(target, before.keyAt, shared);
  return before;
}

/** Row, family and qualifier behind what is shared; the family only where the row is not the same. */
function putColumn(
  source: ByteReader,
  target: GrowingBytes,
  { keyAt, keyBytes }: Previous,
  before: Previous,
  shared: number,
  family: Uint8Array,
): void {
  const rowBytesBefore = before.keyAt < 0 ? 0 : target.bytes.readUInt16BE(before.keyAt);
  if (before.keyAt < 0 || shared < 2 + rowBytesBefore) {
    if (shared < 2) take(source, target, 2 - shared);
    const rowEnd = 2 + target.bytes.readUInt16BE(keyAt);
    take(source, target, rowEnd - Math.max(2, shared));
    target.append(family);
  }
  take(source, target, keyBytes - TAIL_BYTES - (target.length - keyAt));
}

function putType(source: ByteReader, target: GrowingBytes, before: Previous, isSame: boolean): void {
  if (isSame) repeat(target, tailOf(before) + 8, 1);
  else take(source, target, 1);
}

function tailOf({ keyAt, keyBytes }: Previous): number {
  return keyAt + keyBytes - TAIL_BYTES;
}

/** Length and bytes; a copy, for the target may move. */
function familyOf(target: GrowingBytes, { keyAt, keyBytes }: Previous): Uint8Array {
  const columnEnd = keyAt + keyBytes - TAIL_BYTES;
  const at = keyAt + 2 + target.bytes.readUInt16BE(keyAt);
  // What follows the key is another's, or was never written.
  if (at >= columnEnd || at + 1 + target.bytes[at]! > columnEnd) throw new RangeError('row or family beyond the key');
  return Uint8Array.from(target.bytes.subarray(at, at + 1 + target.bytes[at]!));
}

function take(source: ByteReader, target: GrowingBytes, length: number): void {
  const at = source.skip(length);
  target.append(source.bytes.subarray(at, at + length));
}

/** Appends bytes that stand in the target already. */
function repeat(target: GrowingBytes, from: number, length: number): void {
  if (length === 0) return;
  if (from < 0) throw new RangeError('the first cell is like no other');
  target.reserve(length);
  target.bytes.copyWithin(target.length, from, from + length);
  target.length += length;
}

function littleEndian(source: ByteReader, bytes: number): bigint {
  const at = source.skip(bytes);
  let value = 0n;
  for (let i = bytes - 1; i >= 0; i--) value = (value << 8n) | BigInt(source.bytes[at + i]!);
  return value;
}
