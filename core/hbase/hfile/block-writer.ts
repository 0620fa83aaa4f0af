import type { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { type BlockType, HEADER_BYTES, MAGICS } from './block.ts';
import { compress, type WriterCompression } from './compress.ts';
import { GrowingBytes } from './growing-bytes.ts';

/** Takes bytes in the order of the file. They are its own until the promise is settled; then their memory is used again. */
export type ByteSink = (bytes: Uint8Array) => Promise<void>;

const BYTES_PER_CHECKSUM = 16384;
/** HBase's own writers take CRC-32C where they are not told otherwise (hbase.hstore.checksum.algorithm); every reader goes by the block. Node has this one built in. */
const CRC32 = 1;

/** Where a block lies. */
export interface WrittenBlock {
  readonly offset: number;
  /** Header, payload and checksums. */
  readonly onDiskBytes: number;
}

/** Puts blocks behind one another: header, compression, checksums, the chain of each type. */
export class BlockWriter {
  readonly #compression: WriterCompression;
  readonly #sink: ByteSink;
  readonly #out: GrowingBytes;
  readonly #previousOffsets = new Map<BlockType, number>();
  /** Headers and payloads before compression. */
  uncompressedBytes = 0;
  #flushed = 0;

  constructor(compression: WriterCompression, sink: ByteSink, outBytes: number) {
    this.#compression = compression;
    this.#sink = sink;
    this.#out = new GrowingBytes(outBytes + (outBytes >>> 2));
  }

  /** Bytes of the file so far. */
  get offset(): number {
    return this.#flushed + this.#out.length;
  }

  /** Bytes that wait for {@link flush}. */
  get waitingBytes(): number {
    return this.#out.length;
  }

  /** Offset of the last block of this type, -1 if there is none. */
  lastOffset(type: BlockType): number {
    return this.#previousOffsets.get(type) ?? -1;
  }

  block(type: BlockType, payload: Uint8Array): WrittenBlock {
    const stored = compress(this.#compression, payload);
    const out = this.#out;
    const offset = this.offset;
    const at = out.length;
    const coveredBytes = HEADER_BYTES + stored.length;
    const checksumBytes = 4 * Math.ceil(coveredBytes / BYTES_PER_CHECKSUM);
    const onDiskBytes = coveredBytes + checksumBytes;
    out.reserve(onDiskBytes);
    const { bytes } = out;
    bytes.write(MAGICS[type], at, 'latin1');
    bytes.writeInt32BE(onDiskBytes - HEADER_BYTES, at + 8);
    bytes.writeInt32BE(payload.length, at + 12);
    bytes.writeBigInt64BE(BigInt(this.lastOffset(type)), at + 16);
    bytes[at + 24] = CRC32;
    bytes.writeInt32BE(BYTES_PER_CHECKSUM, at + 25);
    bytes.writeInt32BE(coveredBytes, at + 29);
    bytes.set(stored, at + HEADER_BYTES);
    writeChecksums(bytes, at, at + coveredBytes);
    out.length += onDiskBytes;
    this.uncompressedBytes += HEADER_BYTES + payload.length;
    this.#previousOffsets.set(type, offset);
    return { offset, onDiskBytes };
  }

  /** What is no block: the trailer. */
  raw(bytes: Uint8Array): void {
    this.#out.append(bytes);
  }

  async flush(): Promise<void> {
    if (this.#out.length === 0) return;
    await this.#sink(this.#out.content());
    this.#flushed += this.#out.length;
    this.#out.length = 0;
  }
}

function writeChecksums(bytes: Buffer, start: number, end: number): void {
  for (let from = start, to = end; from < end; from += BYTES_PER_CHECKSUM) {
    to = bytes.writeUInt32BE(crc32(bytes.subarray(from, Math.min(from + BYTES_PER_CHECKSUM, end))), to);
  }
}
