import type { Buffer } from 'node:buffer';
import { type BlockHeader, type BlockType, HEADER_BYTES } from './block.ts';
import type { CellLayout } from './block-cells.ts';
import { BloomCheck } from './bloom-check.ts';
import { cellLayoutOf, isReadEncoding } from './cell-layout.ts';
import { CellWalk } from './cell-walk.ts';
import type { Compression } from './compression.ts';
import { decodeDataBlock } from './decode-data-block.ts';
import { type FileInfo, integerOf } from './file-info.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import { IndexCheck } from './index-check.ts';
import { readNonRootEntries, readRootEntries } from './index-entries.ts';
import { type HFileTrailer, TRAILER_BYTES } from './trailer.ts';

/**
 * How deep a file was verified. `cells`: every block, index entry and cell. `blocks`: every block and index entry, the
 * cells are of an unread encoding. `checksums`: the blocks' checksums and sizes only, their content is encrypted or of an unread codec.
 */
export type HFileDepth = 'cells' | 'blocks' | 'checksums';

/** What a walk through all blocks of a file found. */
export interface HFileFindings {
  readonly depth: HFileDepth;
  /** Why not down to the cells. */
  readonly limitedBy?: string;
  readonly blocks: number;
  readonly dataBlocks: number;
  /** As the trailer has it; counted too where depth is `cells`. */
  readonly entryCount: number;
  readonly compression: Compression;
  readonly isEncrypted: boolean;
  /** Name of the column family, where depth is `cells` and the file has any cell. */
  readonly family?: string;
  /** MAX_SEQ_ID_KEY of the file info. */
  readonly maxSeqId?: bigint;
  /** Contradictions that no reader of HBase notices. */
  readonly warnings: readonly string[];
}

/** Blocks of the load-on-open section in the order that HBase's reader insists on. */
const LOAD_ON_OPEN: readonly (readonly BlockType[])[] = [['root index'], ['root index'], ['file info']];
const BLOOM_METAS: readonly BlockType[] = ['bloom meta', 'delete bloom meta'];
const BEFORE: readonly BlockType[] = [
  'data',
  'encoded data',
  'leaf index',
  'bloom chunk',
  'meta',
  'intermediate index',
];

/** Takes the blocks of a file in order and compares them with each other and with the trailer. */
export class HFileWalk {
  readonly #trailer: HFileTrailer;
  readonly #info: FileInfo | undefined;
  readonly #index = new IndexCheck();
  readonly #blooms = new BloomCheck();
  readonly #metas: { offset: number; onDiskBytes: number }[] = [];
  readonly #cells: CellWalk;
  readonly #previousOffsets = new Map<string, number>();
  readonly #layout: CellLayout;
  readonly #maxPayloadBytes: number;
  readonly #encoding: string;
  readonly #indexIsEncoded: boolean;
  #isEncoded = false;
  #blocks = 0;
  #dataBlocks = 0;
  #loadOnOpenBlocks = 0;
  #firstDataOffset = -1;
  #lastDataOffset = -1;
  #uncompressedIndexBytes = 0;
  #uncompressedBytes = TRAILER_BYTES;

  /**
   * @param info undefined if the payloads cannot be read
   * @param maxPayloadBytes of a data block without its encoding
   */
  constructor(trailer: HFileTrailer, info: FileInfo | undefined, maxPayloadBytes: number) {
    this.#trailer = trailer;
    this.#info = info;
    this.#layout = info === undefined ? NO_CELLS : cellLayoutOf(trailer, info);
    this.#cells = new CellWalk(this.#layout);
    this.#maxPayloadBytes = maxPayloadBytes;
    this.#encoding = info?.get('DATA_BLOCK_ENCODING')?.toString() ?? 'NONE';
    this.#indexIsEncoded = (info?.get('INDEX_BLOCK_ENCODING')?.toString() ?? 'NONE') !== 'NONE';
  }

  /** @throws HFileCorrupt */
  block(header: BlockHeader, payload: () => Buffer): void {
    this.#blocks++;
    this.#checkPlace(header);
    this.#checkPrevious(header);
    const { type, offset } = header;
    if (type === 'data' || type === 'encoded data') {
      this.#dataBlocks++;
      if (this.#firstDataOffset < 0) this.#firstDataOffset = offset;
      this.#lastDataOffset = offset;
      this.#isEncoded ||= type === 'encoded data';
    }
    const isDataRoot = type === 'root index' && this.#loadOnOpenBlocks === 1;
    if (type === 'leaf index' || type === 'intermediate index' || isDataRoot)
      this.#uncompressedIndexBytes += header.uncompressedBytes;
    if (!isDataRoot && type !== 'intermediate index')
      this.#uncompressedBytes += HEADER_BYTES + header.uncompressedBytes;
    if (this.#info !== undefined) this.#content(header, payload());
  }

  /** @throws HFileCorrupt */
  finish(): HFileFindings {
    const trailer = this.#trailer;
    const dataBlocks = this.#dataBlocks;
    const info = this.#info;
    if (this.#loadOnOpenBlocks < LOAD_ON_OPEN.length)
      throw this.#contradicts('the blocks to load on open are not all there');
    if (
      trailer.firstDataBlockOffset !== this.#firstDataOffset &&
      !(dataBlocks === 0 && trailer.firstDataBlockOffset === 0)
    ) {
      throw this.#contradicts(`first data block at ${trailer.firstDataBlockOffset}, it is at ${this.#firstDataOffset}`);
    }
    if (
      trailer.lastDataBlockOffset !== this.#lastDataOffset &&
      !(dataBlocks === 0 && trailer.lastDataBlockOffset === 0)
    ) {
      throw this.#contradicts(`last data block at ${trailer.lastDataBlockOffset}, it is at ${this.#lastDataOffset}`);
    }
    const limitedBy = this.#limit();
    if (limitedBy === undefined) this.#checkCells();
    const maxSeqId = info === undefined ? undefined : integerOf(info, 'MAX_SEQ_ID_KEY', 8, trailer.fileInfoOffset);
    return {
      depth: limitedBy === undefined ? 'cells' : info === undefined ? 'checksums' : 'blocks',
      ...(limitedBy === undefined ? {} : { limitedBy }),
      blocks: this.#blocks,
      dataBlocks,
      entryCount: trailer.entryCount,
      compression: trailer.compression,
      isEncrypted: trailer.isEncrypted,
      ...(this.#cells.family === undefined ? {} : { family: this.#cells.family.toString() }),
      ...(maxSeqId === undefined ? {} : { maxSeqId }),
      warnings: this.#warnings(),
    };
  }

  #content(header: BlockHeader, payload: Buffer): void {
    const { type, offset } = header;
    if (type === 'data') this.#cellsOf(payload, header);
    else if (type === 'encoded data') {
      if (isReadEncoding(this.#encoding))
        this.#cellsOf(decodeDataBlock(payload, this.#layout, header, this.#maxPayloadBytes), header);
      else this.#index.data(header, undefined, undefined);
    } else if (type === 'leaf index' || type === 'intermediate index') {
      if (!this.#indexIsEncoded) this.#index.nonRoot(header, readNonRootEntries(payload, header));
    } else if (type === 'bloom chunk') this.#blooms.chunk(header);
    else if (type === 'bloom meta' || type === 'delete bloom meta') this.#blooms.meta(payload, header);
    else if (type === 'meta') this.#metas.push({ offset, onDiskBytes: header.onDiskBytes });
    else if (type === 'root index' && this.#loadOnOpenBlocks === 1) this.#root(header, payload);
    else if (type === 'root index') this.#metaRoot(header, payload);
  }

  #root(header: BlockHeader, payload: Buffer): void {
    if (this.#indexIsEncoded) return;
    const { entries } = readRootEntries(payload, this.#trailer.dataIndexCount, header);
    const levels = this.#index.root(header, entries);
    if (levels !== this.#trailer.dataIndexLevels && entries.length > 0) {
      throw this.#contradicts(`an index of ${this.#trailer.dataIndexLevels} levels, it has ${levels}`);
    }
  }

  #metaRoot(header: BlockHeader, payload: Buffer): void {
    const { entries } = readRootEntries(payload, this.#trailer.metaIndexCount, header);
    const isSame = entries.every(
      (entry, i) => entry.offset === this.#metas[i]?.offset && entry.onDiskBytes === this.#metas[i].onDiskBytes,
    );
    if (isSame && entries.length === this.#metas.length) return;
    throw new HFileCorrupt('root index block', header.offset, 'the meta index does not name the meta blocks');
  }

  #cellsOf(payload: Buffer, header: BlockHeader): void {
    const previousLastKey = this.#cells.lastKey;
    this.#index.data(header, this.#cells.block(payload, header), previousLastKey);
  }

  #checkPlace(header: BlockHeader): void {
    const { loadOnOpenOffset, fileInfoOffset } = this.#trailer;
    const { type, offset } = header;
    let allowed = BEFORE;
    if (offset >= loadOnOpenOffset) {
      allowed = LOAD_ON_OPEN[this.#loadOnOpenBlocks] ?? BLOOM_METAS;
      if (this.#loadOnOpenBlocks++ === 0 && offset !== loadOnOpenOffset) {
        throw this.#contradicts(`load on open at ${loadOnOpenOffset}, where no block begins`);
      }
    }
    if (!allowed.includes(type))
      throw new HFileCorrupt(`${type} block`, offset, `where ${allowed.join(' or ')} is due`);
    if (type === 'file info' && offset !== fileInfoOffset)
      throw this.#contradicts(`file info at ${fileInfoOffset}, it is at ${offset}`);
  }

  #checkPrevious(header: BlockHeader): void {
    const chain = header.type === 'encoded data' ? 'data' : header.type;
    const expected = this.#previousOffsets.get(chain) ?? -1;
    this.#previousOffsets.set(chain, header.offset);
    if (header.previousOffset === expected) return;
    const reason = `names ${header.previousOffset} as the block of its type before it, that is ${expected}`;
    throw new HFileCorrupt(`${header.type} block`, header.offset, reason);
  }

  #checkCells(): void {
    const { cells, lastKey } = this.#cells;
    const { entryCount, fileInfoOffset } = this.#trailer;
    if (cells !== entryCount) throw this.#contradicts(`${entryCount} cells, there are ${cells}`);
    const stated = this.#info?.get('hfile.LASTKEY');
    const isSame = lastKey === undefined ? (stated?.length ?? 0) === 0 : stated !== undefined && lastKey.equals(stated);
    if (!isSame) throw new HFileCorrupt('file info block', fileInfoOffset, 'hfile.LASTKEY is not the last key');
  }

  #limit(): string | undefined {
    const { isEncrypted, compression } = this.#trailer;
    if (isEncrypted) return 'encrypted';
    if (this.#info === undefined) return `compression ${compression}`;
    return this.#isEncoded && !isReadEncoding(this.#encoding) ? `encoding ${this.#encoding.slice(0, 100)}` : undefined;
  }

  #warnings(): string[] {
    const { uncompressedDataIndexBytes, totalUncompressedBytes } = this.#trailer;
    const compare = (name: string, stated: number, found: number) =>
      stated === found ? [] : [`${name} ${stated}, found ${found}`];
    return [
      ...compare('trailer: uncompressed data index size', uncompressedDataIndexBytes, this.#uncompressedIndexBytes),
      ...compare('trailer: total uncompressed bytes', totalUncompressedBytes, this.#uncompressedBytes),
    ];
  }

  #contradicts(reason: string): HFileCorrupt {
    return new HFileCorrupt('trailer', this.#trailer.fileInfoOffset, reason);
  }
}

const NO_CELLS: CellLayout = { hasTags: false, hasCompressedTags: false, mvcc: 'none', isOrdered: true };
