import { Buffer } from 'node:buffer';
import { BlockWriter, type ByteSink, type WrittenBlock } from './block-writer.ts';
import { type BloomType, BloomWriter } from './bloom-writer.ts';
import { CellFacts } from './cell-facts.ts';
import { int32 } from './cell-order.ts';
import { algorithmOf, type WriterCompression } from './compress.ts';
import { copyBytes } from './copy-bytes.ts';
import { writeFileInfo } from './file-info.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { writeVint } from './hadoop-vint.ts';
import { fileInfoFor, type HFileKind } from './hfile-kind.ts';
import { midpointKey } from './index-key.ts';
import { DataIndexWriter, type IndexWriterOptions } from './index-writer.ts';
import { compareKeys, isKeyWithin } from './key-order.ts';
import { TRAILER_BYTES, writeTrailer } from './trailer.ts';

export interface HFileWriterOptions {
  readonly kind: HFileKind;
  readonly compression: WriterCompression;
  /** The family's BLOCKSIZE: bytes of payload from which on a data block ends. */
  readonly blockBytes: number;
  readonly bloom: BloomType;
  /** Of ROWPREFIX_FIXED_LENGTH: how many bytes of a row are kept. */
  readonly bloomPrefixBytes?: number | undefined;
  /** Whether any cell may have tags; costs two bytes a cell. */
  readonly hasTags: boolean;
  readonly createdAtMs: number;
  /** As HBase is delivered, unless a test wants many small blocks. */
  readonly index?: IndexWriterOptions;
  readonly bloomChunkBytes?: number;
  /** Bytes that are gathered before they go to the sink. */
  readonly flushBytes?: number;
}

/** What was written. */
export interface HFileSummary {
  readonly sizeBytes: number;
  readonly cells: number;
  readonly dataBlocks: number;
  /** Key bytes; undefined in a file without cells. */
  readonly firstKey: Buffer | undefined;
  readonly lastKey: Buffer | undefined;
  /** Highest sequence id of its cells; 0 without cells. */
  readonly maxSeqId: number;
}

const INDEX: IndexWriterOptions = { chunkBytes: 128 << 10, minEntries: 16 };
const BLOOM_CHUNK_BYTES = 128 << 10;
const FLUSH_BYTES = 1 << 20;
/** What HBase 2.4 to 2.6 write, and every line reads as CellComparatorImpl. */
const COMPARATOR = 'org.apache.hadoop.hbase.KeyValue$KVComparator';
const NO_BYTES = Buffer.alloc(0);

/**
 * Writes an HFile v3 from its first byte to its last, in the memory of `flushBytes`, one block, one leaf of the index and
 * one entry for each leaf and bloom chunk. Cells come in HBase's order, all of one family; equal keys newest first.
 */
export class HFileWriter {
  readonly #options: HFileWriterOptions;
  readonly #blocks: BlockWriter;
  readonly #index: DataIndexWriter;
  readonly #bloom: BloomWriter | undefined;
  readonly #payload: GrowingBytes;
  readonly #facts = new CellFacts();
  readonly #flushBytes: number;
  /** The key before, where it lies. */
  #previous: Buffer = NO_BYTES;
  #previousAt = 0;
  #previousEnd = 0;
  #previousMvcc = 0;
  #firstKey: Buffer | undefined;
  #blockFirstKey: Buffer | undefined;
  #blockBeforeLastKey: Buffer | undefined;
  #dataBlocks = 0;

  constructor(options: HFileWriterOptions, sink: ByteSink) {
    this.#options = options;
    this.#flushBytes = options.flushBytes ?? FLUSH_BYTES;
    this.#blocks = new BlockWriter(options.compression, sink, this.#flushBytes);
    this.#index = new DataIndexWriter(options.index ?? INDEX);
    const { bloom } = options;
    const { bloomPrefixBytes = 0, bloomChunkBytes = BLOOM_CHUNK_BYTES } = options;
    if (bloom !== 'NONE') this.#bloom = new BloomWriter(bloom, bloomChunkBytes, bloomPrefixBytes);
    this.#payload = new GrowingBytes(options.blockBytes + (options.blockBytes >>> 2) + 1024);
  }

  /** Bytes of the file so far, without the block in the making: where a caller rolls over to another file. */
  get writtenBytes(): number {
    return this.#blocks.offset;
  }

  /**
   * The next cell, as a {@link CellSink} has it. A promise is to be awaited before the next one.
   * @throws RangeError for a cell that is none, is less than the one before, or has tags where none were announced
   */
  append(bytes: Uint8Array, at: number, end: number, mvcc: number): Promise<void> | undefined {
    const keyBytes = int32(bytes, at);
    const valueBytes = int32(bytes, at + 4);
    const keyAt = at + 8;
    const keyEnd = keyAt + keyBytes;
    const tagsAt = keyEnd + valueBytes;
    if (!isCell(bytes, keyAt, keyEnd, tagsAt, end) || valueBytes < 0 || !(mvcc >= 0)) throw new RangeError('no cell');
    const tagBytes = tagsAt === end ? 0 : end - tagsAt - 2;
    if (tagBytes > 0 && !this.#options.hasTags) throw new RangeError('a cell with tags in a file without');
    const full = this.#begin(bytes, keyAt, keyEnd, mvcc);
    const payload = this.#payload;
    payload.reserve(end - at + 11);
    const target = payload.bytes;
    const start = payload.length;
    copyBytes(target, start, bytes, at, end);
    let p = start + end - at;
    if (this.#options.hasTags && tagBytes === 0) {
      p = start + tagsAt - at;
      target[p++] = 0;
      target[p++] = 0;
    } else if (tagBytes === 0) p = start + tagsAt - at;
    payload.length = writeVint(target, p, mvcc);
    this.#previous = target;
    this.#previousAt = start + 8;
    this.#previousEnd = start + 8 + keyBytes;
    this.#previousMvcc = mvcc;
    this.#facts.add(bytes, keyEnd, keyBytes, valueBytes, tagBytes, mvcc);
    return full;
  }

  /** Everything behind the cells; nothing may be called any more. */
  async finish(): Promise<HFileSummary> {
    const blocks = this.#blocks;
    const index = this.#index;
    const bloom = this.#bloom;
    const { compression, kind } = this.#options;
    const lastKey = this.#facts.cells === 0 ? undefined : this.#keyBefore();
    if (this.#payload.length > 0) await this.#endBlock();
    index.finishLeaves(blocks);
    bloom?.finish(blocks);
    const loadOnOpenOffset = index.writeIntermediates(blocks);
    const dataIndexCount = index.writeRoot(blocks);
    // The index of meta blocks, of which there are none.
    blocks.block('root index', NO_BYTES);
    const hasBloom = bloom !== undefined && lastKey !== undefined;
    const info = fileInfoFor(kind, this.#facts, {
      ...this.#options,
      lastKey,
      lastBloomKey: hasBloom ? bloom.keptOf(lastKey) : undefined,
    });
    const fileInfo = blocks.block('file info', writeFileInfo(info));
    if (hasBloom) blocks.block('bloom meta', bloom.metaPayload());
    blocks.raw(
      writeTrailer({
        fileInfoOffset: fileInfo.offset,
        loadOnOpenOffset,
        uncompressedDataIndexBytes: index.uncompressedBytes,
        totalUncompressedBytes: blocks.uncompressedBytes - index.upperBytes + TRAILER_BYTES,
        dataIndexCount,
        metaIndexCount: 0,
        entryCount: this.#facts.cells,
        dataIndexLevels: index.levels,
        firstDataBlockOffset: this.#dataBlocks === 0 ? -1 : 0,
        lastDataBlockOffset: blocks.lastOffset('data'),
        comparator: COMPARATOR,
        compression: algorithmOf(compression),
        isEncrypted: false,
      }),
    );
    await blocks.flush();
    return {
      sizeBytes: blocks.offset,
      cells: this.#facts.cells,
      dataBlocks: this.#dataBlocks,
      firstKey: this.#firstKey,
      lastKey,
      maxSeqId: this.#facts.maxMvcc,
    };
  }

  /** Order, bloom, the end of the block before; a promise if the sink's turn has come. */
  #begin(bytes: Uint8Array, keyAt: number, keyEnd: number, mvcc: number): Promise<void> | undefined {
    const [previous, previousAt, previousEnd] = [this.#previous, this.#previousAt, this.#previousEnd];
    const isFirst = this.#facts.cells === 0;
    let full: Promise<void> | undefined;
    if (isFirst) {
      this.#firstKey = Buffer.from(bytes.subarray(keyAt, keyEnd));
    } else {
      const order = compareKeys(previous, previousAt, previousEnd, bytes, keyAt, keyEnd);
      if (order > 0 || (order === 0 && mvcc > this.#previousMvcc)) throw new RangeError('a cell out of order');
      // Equal keys stay in one block, for a search ends in the first block that may have the key.
      if (order < 0 && this.#payload.length >= this.#options.blockBytes) full = this.#endBlock();
    }
    this.#bloom?.addKey(bytes, keyAt, keyEnd, isFirst ? undefined : previous, previousAt, previousEnd);
    if (this.#payload.length === 0) this.#blockFirstKey = Buffer.from(bytes.subarray(keyAt, keyEnd));
    return full;
  }

  #endBlock(): Promise<void> | undefined {
    const blocks = this.#blocks;
    const before = this.#blockBeforeLastKey;
    const firstKey = this.#blockFirstKey!;
    const written: WrittenBlock = blocks.block('data', this.#payload.content());
    this.#dataBlocks++;
    this.#index.add(before === undefined ? firstKey : midpointKey(before, firstKey), written);
    if (this.#index.isLeafDue) this.#index.writeLeaf(blocks);
    this.#bloom?.writeReady(blocks);
    this.#blockBeforeLastKey = this.#keyBefore();
    this.#payload.length = 0;
    return blocks.waitingBytes < this.#flushBytes ? undefined : blocks.flush();
  }

  #keyBefore(): Buffer {
    return Buffer.from(this.#previous.subarray(this.#previousAt, this.#previousEnd));
  }
}

function isCell(bytes: Uint8Array, keyAt: number, keyEnd: number, tagsAt: number, end: number): boolean {
  if (end > bytes.length || keyEnd > end || tagsAt > end || !isKeyWithin(bytes, keyAt, keyEnd)) return false;
  return tagsAt === end || tagsAt + 2 + ((bytes[tagsAt]! << 8) | bytes[tagsAt + 1]!) === end;
}
