import { Buffer } from 'node:buffer';
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { decompressLz4Block } from './lz4-block.ts';
import { decompressSnappyBlock } from './snappy-block.ts';

/** Compression.Algorithm, by the ordinal that stands in the trailer. */
export const COMPRESSIONS = ['LZO', 'GZ', 'NONE', 'SNAPPY', 'LZ4', 'BZIP2', 'ZSTD', 'LZMA', 'BROTLI'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/**
 * What a codec makes of one byte at most: a match of gzip, Snappy or LZ4 has a greatest length for its size; a block of
 * zstd repeats one byte 128 kB long in four bytes. Against a header that has gigabytes allocated for nothing.
 */
const MOST_RATIO: Readonly<Record<Compression, number>> = {
  ...{ NONE: 1, GZ: 1032, SNAPPY: 22, LZ4: 255, ZSTD: 32_768 },
  ...{ LZO: 0, BZIP2: 0, LZMA: 0, BROTLI: 0 },
};
const LEAST_ROOM = 1024;
const ZSTD_MAGIC = 0xfd2fb528;

export function canDecompress(compression: Compression): boolean {
  return ['NONE', 'GZ', 'SNAPPY', 'LZ4', 'ZSTD'].includes(compression);
}

/**
 * The payload of a block. `size` is what the block's header says and bounds what is allocated.
 * @throws Error (zlib's, or a RangeError) if the bytes are not a payload of exactly that size
 */
export function decompress(compression: Compression, payload: Uint8Array, size: number): Uint8Array {
  // zlib refuses a limit of 0; one byte more than announced shows as a wrong size below.
  const maxOutputLength = size + 1;
  if (size > LEAST_ROOM + MOST_RATIO[compression] * payload.length)
    throw new RangeError(`${payload.length} bytes cannot be ${size}`);
  switch (compression) {
    case 'NONE':
      return exactly(payload, size);
    case 'GZ':
      return exactly(gunzipSync(payload, { maxOutputLength, finishFlush: constants.Z_FINISH }), size);
    case 'SNAPPY':
      return framed(payload, size, decompressSnappyBlock);
    case 'LZ4':
      return framed(payload, size, decompressLz4Block);
    case 'ZSTD': {
      // Hadoop's native codec writes a bare frame, hbase-compression's the framing of the block codecs.
      const isBare = payload.length >= 4 && Buffer.from(payload.subarray(0, 4)).readUInt32LE() === ZSTD_MAGIC;
      if (isBare) return exactly(zstdDecompressSync(payload, { maxOutputLength }), size);
      return framed(payload, size, (part, target, at) =>
        put(zstdDecompressSync(part, { maxOutputLength: target.length - at + 1 }), target, at),
      );
    }
    default:
      throw new RangeError(`${compression} is not read here`);
  }
}

type PartDecoder = (part: Uint8Array, target: Uint8Array, at: number) => number;

/** Hadoop's BlockCompressorStream: int32 raw length, then int32 compressed length and bytes until it is reached; repeated. */
function framed(payload: Uint8Array, size: number, decode: PartDecoder): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const target = Buffer.allocUnsafe(size);
  let at = 0;
  let i = 0;
  while (i < payload.length) {
    const rawLength = view.getInt32(i);
    i += 4;
    // A block larger than the codec's buffer ends with one empty frame.
    if (rawLength === 0 && i === payload.length) break;
    const end = at + rawLength;
    if (rawLength < 0 || end > size) throw new RangeError(`a frame of ${rawLength} bytes, beyond the block's ${size}`);
    while (at < end) {
      const length = view.getInt32(i);
      i += 4;
      if (length <= 0 || length > payload.length - i)
        throw new RangeError(`a part of ${length} bytes, more than there are`);
      const next = decode(payload.subarray(i, i + length), target, at);
      if (next <= at || next > end) throw new RangeError('a part that does not fill its frame');
      at = next;
      i += length;
    }
  }
  return exactly(target.subarray(0, at), size);
}

function put(bytes: Uint8Array, target: Uint8Array, at: number): number {
  if (at + bytes.length > target.length) throw new RangeError('a part larger than its frame');
  target.set(bytes, at);
  return at + bytes.length;
}

function exactly(bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length !== size) throw new RangeError(`${bytes.length} bytes, the header says ${size}`);
  return bytes;
}
