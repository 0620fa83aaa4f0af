import { Buffer } from 'node:buffer';
import {
  type BlockHeader,
  type BlockType,
  HEADER_BYTES,
  payloadOf,
  readBlockHeader,
  verifyChecksums,
} from './block.ts';
import type { CellLayout } from './block-cells.ts';
import { type BloomMeta, isInChunk, readBloomMeta } from './bloom-filter.ts';
import { cellLayoutOf, isReadEncoding } from './cell-layout.ts';
import { canDecompress } from './compression.ts';
import { decodeDataBlock } from './decode-data-block.ts';
import { type FileInfo, integerOf, readFileInfo } from './file-info.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { type HFileSource, readExactly } from './hfile-source.ts';
import { HFileUnreadable } from './hfile-unreadable.ts';
import { type IndexEntry, readRootEntries } from './index-entries.ts';
import { compareBytes } from './key-order.ts';
import { lastAtMost } from './last-at-most.ts';
import { type HFileTrailer, readTrailer, TRAILER_BYTES } from './trailer.ts';

export interface HFileReaderOptions {
  /** Bytes of the first read, from the end: trailer, root index and file info are in there but for the largest files. */
  readonly tailBytes?: number;
  /** Most that one read asks for while cells follow one another. */
  readonly windowBytes?: number;
  /** Largest payload of a block that is accepted, after decompression and decoding. */
  readonly maxPayloadBytes?: number;
}

const DEFAULTS = { tailBytes: 192 << 10, windowBytes: 4 << 20, maxPayloadBytes: 256 << 20 };
const LEAST_BYTES = TRAILER_BYTES + 3 * HEADER_BYTES;
const LOADED: readonly BlockType[] = ['root index', 'file info', 'bloom meta'];
const ZSTD_MAGIC = 0xfd2fb528;

/** An HFile opened for reading by row: what is loaded on open is in memory, the rest is fetched by ranges. */
export class HFileReader {
  readonly trailer: HFileTrailer;
  readonly info: FileInfo;
  readonly rootEntries: readonly IndexEntry[];
  readonly windowBytes: number;
  readonly #source: HFileSource;
  readonly #tail: { readonly offset: number; readonly bytes: Uint8Array };
  readonly #layout: CellLayout;
  readonly #maxPayloadBytes: number;
  readonly #bloom: { readonly type: string; readonly meta: BloomMeta } | undefined;
  readonly #zstdFraming: 'ZSTD' | 'ZSTD framed' | undefined;

  private constructor(
    source: HFileSource,
    tail: { readonly offset: number; readonly bytes: Uint8Array },
    trailer: HFileTrailer,
    options: Required<HFileReaderOptions>,
  ) {
    this.#source = source;
    this.#tail = tail;
    this.trailer = trailer;
    this.windowBytes = options.windowBytes;
    this.#maxPayloadBytes = options.maxPayloadBytes;
    const blocks = new Map<BlockType, Buffer>();
    const end = source.sizeBytes - TRAILER_BYTES;
    let bloomHeader: BlockHeader | undefined;
    for (let offset = trailer.loadOnOpenOffset; offset < end; ) {
      const at = offset - tail.offset;
      if (end - offset < HEADER_BYTES) throw new HFileCorrupt('block', offset, `${end - offset} bytes are no block`);
      const header = readBlockHeader(tail.bytes, at, offset, end);
      verifyChecksums(tail.bytes, at, header);
      offset += header.onDiskBytes;
      // The first of each is the one: a file full of blocks that unfold far costs no more than three of them.
      if (!LOADED.includes(header.type) || blocks.has(header.type)) continue;
      blocks.set(header.type, payloadOf(tail.bytes, at, header, trailer.compression, this.#maxPayloadBytes)!);
      if (header.type === 'file info' && trailer.compression === 'ZSTD')
        this.#zstdFraming = zstdFramingOf(tail.bytes, at);
      if (header.type === 'bloom meta') bloomHeader = header;
    }
    const root = blocks.get('root index');
    const info = blocks.get('file info');
    if (root === undefined || info === undefined)
      throw new HFileCorrupt('trailer', trailer.loadOnOpenOffset, 'the blocks to load on open are not all there');
    this.info = readFileInfo(info, trailer.fileInfoOffset);
    this.#layout = cellLayoutOf(trailer, this.info);
    if (!this.#layout.isOrdered) throw new HFileUnreadable('it is of hbase:meta');
    const encoding = this.info.get('DATA_BLOCK_ENCODING')?.toString() ?? 'NONE';
    if (!isReadEncoding(encoding)) throw new HFileUnreadable(`encoding ${encoding.slice(0, 100)}`);
    const indexEncoding = this.info.get('INDEX_BLOCK_ENCODING')?.toString() ?? 'NONE';
    if (indexEncoding !== 'NONE') throw new HFileUnreadable(`index encoding ${indexEncoding.slice(0, 100)}`);
    const rootHeader = readBlockHeader(
      tail.bytes,
      trailer.loadOnOpenOffset - tail.offset,
      trailer.loadOnOpenOffset,
      end,
    );
    this.rootEntries = readRootEntries(root, trailer.dataIndexCount, rootHeader).entries;
    const bloom = blocks.get('bloom meta');
    const type = this.info.get('BLOOM_FILTER_TYPE')?.toString();
    this.#bloom =
      bloom === undefined || type === undefined ? undefined : { type, meta: readBloomMeta(bloom, bloomHeader!) };
  }

  /**
   * One read, two if what is loaded on open is larger than `tailBytes`.
   * @throws HFileCorrupt, HFileUnreadable, and what the source throws
   */
  static async open(source: HFileSource, options: HFileReaderOptions = {}): Promise<HFileReader> {
    const all = { ...DEFAULTS, ...options };
    const size = source.sizeBytes;
    if (size < LEAST_BYTES) throw new HFileCorrupt('file', 0, `${size} bytes are less than any HFile has`);
    let offset = Math.max(0, size - Math.max(all.tailBytes, TRAILER_BYTES));
    let bytes = await readExactly(source, offset, size - offset);
    const trailer = readTrailer(bytes.subarray(bytes.length - TRAILER_BYTES), size);
    if (trailer.isEncrypted) throw new HFileUnreadable('it is encrypted');
    if (!canDecompress(trailer.compression)) throw new HFileUnreadable(`compression ${trailer.compression}`);
    const { loadOnOpenOffset } = trailer;
    if (size - loadOnOpenOffset - TRAILER_BYTES > all.maxPayloadBytes || loadOnOpenOffset > size - LEAST_BYTES)
      throw new HFileCorrupt('trailer', size - TRAILER_BYTES, `load on open at ${loadOnOpenOffset}`);
    if (loadOnOpenOffset < offset) {
      bytes = Buffer.concat([await readExactly(source, loadOnOpenOffset, offset - loadOnOpenOffset), bytes]);
      offset = loadOnOpenOffset;
    }
    return new HFileReader(source, { offset, bytes }, trailer, all);
  }

  /** Highest sequence id of a store file; undefined in what was not flushed or compacted. */
  get maxSeqId(): bigint | undefined {
    return integerOf(this.info, 'MAX_SEQ_ID_KEY', 8, this.trailer.fileInfoOffset);
  }

  /** Key bytes of the first cell; undefined in a file without cells. */
  get firstKey(): Uint8Array | undefined {
    return this.rootEntries[0]?.key;
  }

  get lastKey(): Uint8Array | undefined {
    return this.info.get('hfile.LASTKEY');
  }

  /** The framing of a ZSTD file, which a file for the same cluster must have too. */
  get zstdFraming(): 'ZSTD' | 'ZSTD framed' | undefined {
    return this.#zstdFraming;
  }

  /**
   * False if the bloom filter excludes the row; reads at most one chunk, and none where that costs as much as looking
   * for the row itself.
   */
  async mayHaveRow(row: Uint8Array): Promise<boolean> {
    const key = this.#bloomKey(row);
    if (key === undefined || !this.#bloom?.meta.isMurmur || this.trailer.dataIndexLevels < 2) return true;
    const { chunks, hashes } = this.#bloom.meta;
    const i = lastAtMost(chunks, (entry) => compareBytes(entry.key, 0, entry.key.length, key, 0, key.length));
    if (i < 0) return false;
    const { payload } = await this.block(chunks[i]!, 'bloom chunk');
    return isInChunk(payload, hashes, key);
  }

  /** Bytes of a row that its filter of prefixes keeps; undefined if it has none. */
  get bloomPrefixBytes(): number | undefined {
    if (this.#bloom?.type !== 'ROWPREFIX_FIXED_LENGTH') return undefined;
    const bytes = integerOf(this.info, 'BLOOM_FILTER_PARAM', 4, this.trailer.fileInfoOffset);
    return bytes === undefined || bytes <= 0n ? undefined : Number(bytes);
  }

  #bloomKey(row: Uint8Array): Uint8Array | undefined {
    if (this.#bloom?.type === 'ROW') return row;
    const prefixBytes = this.bloomPrefixBytes;
    return prefixBytes === undefined ? undefined : row.subarray(0, prefixBytes);
  }

  /** A data block's cells as {@link CellLayout} says. */
  cellsOf(header: BlockHeader, payload: Buffer): Buffer {
    if (header.type === 'data') return payload;
    return decodeDataBlock(payload, this.#layout, header, this.#maxPayloadBytes);
  }

  get layout(): CellLayout {
    return this.#layout;
  }

  /** A block that an index names, read by itself. */
  async block(entry: IndexEntry, type: BlockType): Promise<{ header: BlockHeader; payload: Buffer }> {
    this.checkEntry(entry);
    return this.blockIn(await this.read(entry.offset, entry.onDiskBytes), 0, entry, [type]);
  }

  /** A block that an index names, in bytes that were read. */
  blockIn(
    bytes: Uint8Array,
    at: number,
    entry: IndexEntry,
    types: readonly BlockType[],
  ): { header: BlockHeader; payload: Buffer } {
    const header = readBlockHeader(bytes, at, entry.offset, entry.offset + entry.onDiskBytes);
    if (!types.includes(header.type) || header.onDiskBytes !== entry.onDiskBytes)
      throw new HFileCorrupt(
        `${header.type} block`,
        entry.offset,
        `the index names ${types[0]} of ${entry.onDiskBytes} bytes`,
      );
    verifyChecksums(bytes, at, header);
    return { header, payload: payloadOf(bytes, at, header, this.trailer.compression, this.#maxPayloadBytes)! };
  }

  /** Before anything is read or allocated for it. @throws HFileCorrupt */
  checkEntry({ offset, onDiskBytes }: IndexEntry): void {
    const limit = this.trailer.loadOnOpenOffset;
    const isWithin = offset >= 0 && onDiskBytes >= HEADER_BYTES && offset + onDiskBytes <= limit;
    if (isWithin && onDiskBytes <= 2 * this.#maxPayloadBytes) return;
    throw new HFileCorrupt('index', offset, `names a block of ${onDiskBytes} bytes`);
  }

  /** From memory where it was read on open. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const at = offset - this.#tail.offset;
    if (at >= 0) return this.#tail.bytes.subarray(at, at + length);
    return readExactly(this.#source, offset, length);
  }
}

function zstdFramingOf(bytes: Uint8Array, at: number): 'ZSTD' | 'ZSTD framed' {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + HEADER_BYTES, 4);
  return view.getUint32(0, true) === ZSTD_MAGIC ? 'ZSTD' : 'ZSTD framed';
}
