import { Buffer } from 'node:buffer';
import { HBaseFormatError } from '../format-error.ts';
import { Reader, readBytes, readMessage, readText, readUint64, Writer, writeUint64 } from '../protobuf-message.ts';
import { COMPRESSIONS, type Compression } from './compression.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';

export const TRAILER_BYTES = 4096;

/** FixedFileTrailer of HFile v3: offsets in bytes, -1 where there is no data block. */
export interface HFileTrailer {
  readonly fileInfoOffset: number;
  readonly loadOnOpenOffset: number;
  readonly uncompressedDataIndexBytes: number;
  readonly totalUncompressedBytes: number;
  readonly dataIndexCount: number;
  readonly metaIndexCount: number;
  readonly entryCount: number;
  readonly dataIndexLevels: number;
  readonly firstDataBlockOffset: number;
  readonly lastDataBlockOffset: number;
  readonly comparator: string;
  readonly compression: Compression;
  readonly isEncrypted: boolean;
}

const MAGIC = Buffer.from('TRABLK"$', 'latin1');

/**
 * @param bytes the last 4096 bytes of the file
 * @throws HFileCorrupt
 */
export function readTrailer(bytes: Uint8Array, fileBytes: number): HFileTrailer {
  const base = fileBytes - TRAILER_BYTES;
  const corrupt = (at: number, reason: string) => new HFileCorrupt('trailer', base + at, reason);
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (MAGIC.compare(buffer, 0, 8) !== 0) throw corrupt(0, 'does not begin with TRABLK"$');
  const version = buffer.readInt32BE(TRAILER_BYTES - 4);
  const [major, minor] = [version & 0xffffff, version >>> 24];
  if (major !== 3 || minor > 3) throw corrupt(TRAILER_BYTES - 4, `version ${major}.${minor} is not read here`);
  const [message, end] = delimited(buffer, corrupt);
  if (buffer.subarray(end, TRAILER_BYTES - 4).some((byte) => byte !== 0))
    throw corrupt(end, 'padding that is not zero');
  const fields = new Map<number, bigint>();
  let comparator = '';
  let isEncrypted = false;
  try {
    readMessage(message, 'trailer', 0, (tag, reader) => {
      if (tag === 90) comparator = readText(reader);
      else if (tag === 106) isEncrypted = readBytes(reader).length > 0;
      else if (tag > 7 && (tag & 7) === 0) fields.set(tag >>> 3, BigInt.asIntN(64, readUint64(reader)));
      else return false;
      return true;
    });
  } catch (error) {
    if (error instanceof HBaseFormatError) throw corrupt(8, error.reason);
    throw error;
  }
  const field = (number: number, least = 0): number => {
    const value = fields.get(number);
    if (value === undefined) throw corrupt(8, `field ${number} is missing`);
    if (value < least || value > Number.MAX_SAFE_INTEGER) throw corrupt(8, `field ${number} is ${value}`);
    return Number(value);
  };
  // Missing means NONE in files of before 0.96.
  const compression = COMPRESSIONS[fields.has(12) ? field(12) : 2];
  if (compression === undefined) throw corrupt(8, `compression ${field(12)} is unknown`);
  return {
    fileInfoOffset: field(1),
    loadOnOpenOffset: field(2),
    uncompressedDataIndexBytes: field(3),
    totalUncompressedBytes: field(4),
    dataIndexCount: field(5),
    metaIndexCount: field(6),
    entryCount: field(7),
    dataIndexLevels: field(8),
    firstDataBlockOffset: field(9, -1),
    lastDataBlockOffset: field(10, -1),
    comparator,
    compression,
    isEncrypted,
  };
}

function delimited(buffer: Buffer, corrupt: (at: number, reason: string) => HFileCorrupt): [Uint8Array, number] {
  const reader = new Reader(buffer.subarray(8, TRAILER_BYTES - 4));
  try {
    const length = reader.size();
    if (length > reader.len - reader.pos) throw new RangeError('longer than the trailer');
    return [reader.buf.subarray(reader.pos, reader.pos + length), 8 + reader.pos + length];
  } catch (error) {
    throw corrupt(8, `length of the fields: ${(error as Error).message}`);
  }
}

/** The last 4096 bytes of a file of version 3.3; the field for an encryption key is not written. */
export function writeTrailer(trailer: HFileTrailer): Buffer {
  const values = [
    trailer.fileInfoOffset,
    trailer.loadOnOpenOffset,
    trailer.uncompressedDataIndexBytes,
    trailer.totalUncompressedBytes,
    trailer.dataIndexCount,
    trailer.metaIndexCount,
    trailer.entryCount,
    trailer.dataIndexLevels,
    trailer.firstDataBlockOffset,
    trailer.lastDataBlockOffset,
  ];
  const message = new Writer();
  for (const [i, value] of values.entries()) writeUint64(message.uint32((i + 1) << 3), BigInt(value));
  message.uint32(90).string(trailer.comparator).uint32(96).uint32(COMPRESSIONS.indexOf(trailer.compression));
  const bytes = Buffer.alloc(TRAILER_BYTES);
  bytes.set(MAGIC);
  bytes.set(new Writer().bytes(message.finish()).finish(), MAGIC.length);
  bytes.writeInt32BE(0x03000003, TRAILER_BYTES - 4);
  return bytes;
}
