import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { type Compression, canDecompress, decompress } from './compression.ts';
import { crc32c } from './crc32c.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

export const HEADER_BYTES = 33;

/** The magics of HBase's BlockType, by what a block of it is called in messages. */
const TYPES: Readonly<Record<string, BlockType>> = {
  'DATABLK*': 'data',
  DATABLKE: 'encoded data',
  IDXLEAF2: 'leaf index',
  BLMFBLK2: 'bloom chunk',
  METABLKc: 'meta',
  IDXINTE2: 'intermediate index',
  IDXROOT2: 'root index',
  FILEINF2: 'file info',
  BLMFMET2: 'bloom meta',
  DFBLMET2: 'delete bloom meta',
};

export type BlockType =
  | 'data'
  | 'encoded data'
  | 'leaf index'
  | 'bloom chunk'
  | 'meta'
  | 'intermediate index'
  | 'root index'
  | 'file info'
  | 'bloom meta'
  | 'delete bloom meta';

/** The magic that each type begins with. */
export const MAGICS = Object.fromEntries(Object.entries(TYPES).map(([magic, type]) => [type, magic])) as Readonly<
  Record<BlockType, string>
>;

export type ChecksumType = 'NULL' | 'CRC32' | 'CRC32C';

const CHECKSUMS: readonly ChecksumType[] = ['NULL', 'CRC32', 'CRC32C'];

/** HFileBlock's header; sizes in bytes. */
export interface BlockHeader {
  readonly type: BlockType;
  /** Offset in the file. */
  readonly offset: number;
  /** Header, payload and checksums. */
  readonly onDiskBytes: number;
  readonly uncompressedBytes: number;
  readonly previousOffset: number;
  readonly checksum: ChecksumType;
  readonly bytesPerChecksum: number;
  /** Header and payload: what the checksums cover. */
  readonly coveredBytes: number;
}

/**
 * @param limit the block ends at or before this offset of the file
 * @throws HFileCorrupt
 */
export function readBlockHeader(bytes: Uint8Array, at: number, offset: number, limit: number): BlockHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, HEADER_BYTES);
  const magic = String.fromCharCode(...bytes.subarray(at, at + 8));
  const type = Object.hasOwn(TYPES, magic) ? TYPES[magic] : undefined;
  if (type === undefined) throw new HFileCorrupt('block', offset, `unknown block type ${JSON.stringify(magic)}`);
  const corrupt = (reason: string) => new HFileCorrupt(`${type} block`, offset, reason);
  const onDiskBytes = HEADER_BYTES + view.getInt32(8);
  const uncompressedBytes = view.getInt32(12);
  const checksum = CHECKSUMS[view.getInt8(24)];
  const bytesPerChecksum = view.getInt32(25);
  const coveredBytes = view.getInt32(29);
  if (onDiskBytes < HEADER_BYTES || onDiskBytes > limit - offset) throw corrupt(`${onDiskBytes} bytes, beyond its end`);
  if (uncompressedBytes < 0) throw corrupt(`a payload of ${uncompressedBytes} bytes`);
  if (checksum === undefined) throw corrupt(`checksum type ${view.getInt8(24)} is unknown`);
  if (bytesPerChecksum < HEADER_BYTES) throw corrupt(`checksums over ${bytesPerChecksum} bytes each`);
  const checksumBytes = 4 * Math.ceil(coveredBytes / bytesPerChecksum);
  if (coveredBytes < HEADER_BYTES || coveredBytes + checksumBytes !== onDiskBytes) {
    throw corrupt(`${coveredBytes} bytes and ${checksumBytes} of checksums do not make ${onDiskBytes}`);
  }
  const previousOffset = Number(view.getBigInt64(16));
  return { type, offset, onDiskBytes, uncompressedBytes, previousOffset, checksum, bytesPerChecksum, coveredBytes };
}

/**
 * Compares every checksum of the block that begins at `at`. Type NULL has none; its room must then be empty, so that a
 * flipped type byte does not pass.
 * @throws HFileCorrupt
 */
export function verifyChecksums(bytes: Uint8Array, at: number, header: BlockHeader): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, header.onDiskBytes);
  const { coveredBytes, bytesPerChecksum, checksum } = header;
  for (let start = 0, i = coveredBytes; start < coveredBytes; start += bytesPerChecksum, i += 4) {
    const end = Math.min(start + bytesPerChecksum, coveredBytes);
    const expected = view.getUint32(i);
    const actual = checksumOf(checksum, bytes, at + start, at + end);
    if (actual === expected) continue;
    const where = header.offset + start;
    throw new HFileCorrupt(`${header.type} block`, header.offset, `${checksum} of the bytes from ${where} on is wrong`);
  }
}

function checksumOf(type: ChecksumType, bytes: Uint8Array, start: number, end: number): number {
  if (type === 'CRC32C') return crc32c(bytes, start, end);
  return type === 'CRC32' ? crc32(bytes.subarray(start, end)) : 0;
}

/**
 * The block's payload, decompressed; undefined for a codec that is not read here.
 * @param maxBytes of uncompressed payload, against a header that announces gigabytes
 * @throws HFileCorrupt
 */
export function payloadOf(
  bytes: Uint8Array,
  at: number,
  header: BlockHeader,
  compression: Compression,
  maxBytes: number,
): Buffer | undefined {
  const corrupt = (reason: string) => new HFileCorrupt(`${header.type} block`, header.offset, reason);
  if (!canDecompress(compression)) return undefined;
  if (header.uncompressedBytes > maxBytes)
    throw corrupt(`${header.uncompressedBytes} bytes of payload, more than ${maxBytes}`);
  const stored = bytes.subarray(at + HEADER_BYTES, at + header.coveredBytes);
  try {
    const payload = decompress(compression, stored, header.uncompressedBytes);
    return Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  } catch (error) {
    throw corrupt(`${compression} payload: ${(error as Error).message}`);
  }
}
