import { Buffer } from 'node:buffer';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { compress as compressSnappyBlock } from 'snappyjs';
import type { Compression } from './compression.ts';
import { compressLz4Block } from './lz4-compress.ts';

/**
 * How payloads are written. ZSTD has two framings that readers do not tell apart: `ZSTD` is the bare frame of Hadoop's
 * native codec, `ZSTD framed` that of hbase-compression-*; a family's files show which one its cluster reads.
 */
export const WRITER_COMPRESSIONS = ['NONE', 'GZ', 'SNAPPY', 'LZ4', 'ZSTD', 'ZSTD framed'] as const;

export type WriterCompression = (typeof WRITER_COMPRESSIONS)[number];

/** A frame holds no more, because Hadoop's codecs decompress it into a buffer of 256 kB. */
const FRAME_BYTES = 128 << 10;

/** Of the family's algorithm, as it stands in the trailer. */
export function algorithmOf(compression: WriterCompression): Compression {
  return compression === 'ZSTD framed' ? 'ZSTD' : compression;
}

/** The payload of a block as it lies in the file (HFileBlockDefaultEncodingContext). */
export function compress(compression: WriterCompression, payload: Uint8Array): Uint8Array {
  switch (compression) {
    case 'NONE':
      return payload;
    case 'GZ':
      // Where HBase leaves it, at zlib's default, a file is written at a fifth of the speed and a few percent smaller.
      return gzipSync(payload, { level: constants.Z_BEST_SPEED });
    case 'SNAPPY':
      return framed(payload, compressSnappyBlock);
    case 'LZ4':
      return framed(payload, compressLz4Block);
    case 'ZSTD':
      return zstdCompressSync(payload);
    case 'ZSTD framed':
      return framed(payload, zstdCompressSync);
  }
}

/** Hadoop's BlockCompressorStream: int32 raw length, int32 compressed length, bytes; repeated. */
function framed(payload: Uint8Array, encode: (part: Uint8Array) => Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < payload.length; at += FRAME_BYTES) {
    const raw = payload.subarray(at, at + FRAME_BYTES);
    const part = encode(raw);
    const lengths = Buffer.allocUnsafe(8);
    lengths.writeInt32BE(raw.length, 0);
    lengths.writeInt32BE(part.length, 4);
    parts.push(lengths, part);
  }
  return Buffer.concat(parts);
}
