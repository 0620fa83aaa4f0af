import { crc32 } from 'node:zlib';
import { type BlockType, HEADER_BYTES, MAGICS, payloadOf, readBlockHeader } from '../../core/hbase/hfile/block.ts';
import { compress, type WriterCompression } from '../../core/hbase/hfile/compress.ts';
import { crc32c } from '../../core/hbase/hfile/crc32c.ts';
import { readVint } from '../../core/hbase/hfile/hadoop-vint.ts';
import { type HFileTrailer, readTrailer, TRAILER_BYTES, writeTrailer } from '../../core/hbase/hfile/trailer.ts';

/** A block as it is put together again. */
export interface Part {
  readonly type: BlockType;
  readonly payload: Uint8Array;
  /** Where it lay; -1: it is new. */
  readonly oldOffset: number;
  /** Where in the payload the entries of an index begin, each int64 offset and int32 size of a block before this one. */
  readonly entries: readonly number[];
  readonly checksum: number;
  /** Applied to the payload once its entries are right. */
  readonly change?: (payload: Uint8Array, place: Place) => Uint8Array;
  /** Applied to what is stored of it, under right checksums. */
  readonly changeStored?: (stored: Uint8Array) => Uint8Array;
  /** Applied to the finished header, under right checksums. */
  readonly changeHeader?: (header: Buffer) => void;
}

/** Where a block comes to lie, for what names itself or another. */
export interface Place {
  readonly offset: number;
  readonly entries: readonly number[];
  readonly written: readonly { readonly offset: number; readonly onDiskBytes: number }[];
}

export interface HFileParts {
  readonly compression: WriterCompression;
  readonly trailer: HFileTrailer;
  readonly parts: readonly Part[];
}

const BYTES_PER_CHECKSUM = 16384;

/** Takes a whole file apart. */
export function partsOf(bytes: Buffer): HFileParts {
  const end = bytes.length - TRAILER_BYTES;
  const trailer = readTrailer(bytes.subarray(end), bytes.length);
  const parts: Part[] = [];
  let roots = 0;
  for (let offset = 0; offset < end; ) {
    const header = readBlockHeader(bytes, offset, offset, end);
    const payload = Buffer.from(payloadOf(bytes, offset, header, trailer.compression, 1 << 24)!);
    const { type } = header;
    let entries: number[] = [];
    if (type === 'leaf index' || type === 'intermediate index') entries = nonRootEntries(payload);
    else if (type === 'root index') entries = rootEntries(payload, 0, roots++ === 0 ? trailer.dataIndexCount : 0);
    else if (type === 'bloom meta') {
      const comparator = readVint(payload, 40);
      entries = rootEntries(payload, comparator.end + Number(comparator.value), payload.readInt32BE(36));
    }
    const checksum = ['NULL', 'CRC32', 'CRC32C'].indexOf(header.checksum);
    parts.push({ type, payload, oldOffset: offset, entries, checksum });
    offset += header.onDiskBytes;
  }
  const { compression } = trailer;
  return { compression: compression as WriterCompression, trailer, parts };
}

function nonRootEntries(payload: Buffer): number[] {
  const count = payload.readInt32BE(0);
  return Array.from({ length: count }, (_, i) => 4 * (count + 2) + payload.readInt32BE(4 + 4 * i));
}

function rootEntries(payload: Buffer, from: number, count: number): number[] {
  const entries: number[] = [];
  for (let at = from, i = 0; i < count; i++) {
    entries.push(at);
    const key = readVint(payload, at + 12);
    at = key.end + Number(key.value);
  }
  return entries;
}

/** Puts a file together: offsets and sizes in indexes and trailer, chains and checksums are right but for what is changed on purpose. */
export function hfileOf(
  { parts, trailer, compression }: HFileParts,
  changeTrailer: (trailer: Buffer, fields: HFileTrailer) => Buffer = (bytes) => bytes,
): Buffer {
  const out: Uint8Array[] = [];
  const moved = new Map<number, { offset: number; onDiskBytes: number }>();
  const written: { offset: number; onDiskBytes: number }[] = [];
  const previous = new Map<string, number>();
  let offset = 0;
  for (const part of parts) {
    let payload: Uint8Array = Buffer.from(part.payload);
    for (const at of part.entries) pointTo(payload, at, moved);
    payload = part.change?.(payload, { offset, entries: part.entries, written }) ?? payload;
    const whole = compress(compression, payload);
    const stored = part.changeStored?.(whole) ?? whole;
    const chain = part.type === 'encoded data' ? 'data' : part.type;
    const block = blockOf(part, stored, payload.length, previous.get(chain) ?? -1);
    previous.set(chain, offset);
    const place = { offset, onDiskBytes: block.length };
    moved.set(part.oldOffset, place);
    written.push(place);
    out.push(block);
    offset += block.length;
  }
  const to = (old: number) => moved.get(old)?.offset ?? old;
  const fields: HFileTrailer = {
    ...trailer,
    fileInfoOffset: to(trailer.fileInfoOffset),
    loadOnOpenOffset: to(trailer.loadOnOpenOffset),
    firstDataBlockOffset: to(trailer.firstDataBlockOffset),
    lastDataBlockOffset: to(trailer.lastDataBlockOffset),
  };
  return Buffer.concat([...out, changeTrailer(writeTrailer(fields), fields)]);
}

function pointTo(payload: Uint8Array, at: number, moved: ReadonlyMap<number, { offset: number; onDiskBytes: number }>) {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const place = moved.get(Number(view.getBigInt64(at)));
  if (place === undefined) return;
  view.setBigInt64(at, BigInt(place.offset));
  view.setInt32(at + 8, place.onDiskBytes);
}

function blockOf(part: Part, stored: Uint8Array, uncompressedBytes: number, previousOffset: number): Buffer {
  const coveredBytes = HEADER_BYTES + stored.length;
  const checksumBytes = 4 * Math.ceil(coveredBytes / BYTES_PER_CHECKSUM);
  const block = Buffer.alloc(coveredBytes + checksumBytes);
  block.write(MAGICS[part.type], 0, 'latin1');
  block.writeInt32BE(block.length - HEADER_BYTES, 8);
  block.writeInt32BE(uncompressedBytes, 12);
  block.writeBigInt64BE(BigInt(previousOffset), 16);
  block[24] = part.checksum;
  block.writeInt32BE(BYTES_PER_CHECKSUM, 25);
  block.writeInt32BE(coveredBytes, 29);
  block.set(stored, HEADER_BYTES);
  part.changeHeader?.(block.subarray(0, HEADER_BYTES));
  for (let start = 0, at = coveredBytes; start < coveredBytes; start += BYTES_PER_CHECKSUM, at += 4) {
    const end = Math.min(coveredBytes, start + BYTES_PER_CHECKSUM);
    const sum = block[24] === 2 ? crc32c(block, start, end) : block[24] === 1 ? crc32(block.subarray(start, end)) : 0;
    block.writeUInt32BE(sum, at);
  }
  return block;
}
