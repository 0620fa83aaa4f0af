import { Buffer } from 'node:buffer';
import { HEADER_BYTES } from './block.ts';
import type { BlockWriter, WrittenBlock } from './block-writer.ts';
import { GrowingBytes } from './growing-bytes.ts';
import { vintSize, writeVint } from './hadoop-vint.ts';

/** HBase stops there, whatever the number of entries. */
const MAX_LEVELS = 16;

/** Entries of one index block, kept in the two forms that they may be written in. */
export class IndexChunk {
  count = 0;
  /** Size of the payload in root format. */
  rootBytes = 0;
  firstKey: Buffer | undefined;
  /** int64 offset, int32 size, key; one after the other. */
  readonly #entries = new GrowingBytes(1024);
  readonly #ends: number[] = [];

  add(key: Uint8Array, { offset, onDiskBytes }: WrittenBlock): void {
    const entries = this.#entries;
    entries.reserve(12 + key.length);
    entries.bytes.writeBigInt64BE(BigInt(offset), entries.length);
    entries.bytes.writeInt32BE(onDiskBytes, entries.length + 8);
    entries.bytes.set(key, entries.length + 12);
    entries.length += 12 + key.length;
    this.#ends.push(entries.length);
    this.firstKey ??= Buffer.from(key);
    this.rootBytes += 12 + vintSize(key.length) + key.length;
    this.count++;
  }

  /** Size of the payload in the format of leaves and intermediate blocks. */
  get nonRootBytes(): number {
    return 8 + 4 * this.count + this.#entries.length;
  }

  block(i: number): WrittenBlock {
    const at = i === 0 ? 0 : this.#ends[i - 1]!;
    const { bytes } = this.#entries;
    return { offset: Number(bytes.readBigInt64BE(at)), onDiskBytes: bytes.readInt32BE(at + 8) };
  }

  key(i: number): Buffer {
    return this.#entries.bytes.subarray((i === 0 ? 0 : this.#ends[i - 1]!) + 12, this.#ends[i]);
  }

  rootPayload(): Buffer {
    const payload = Buffer.alloc(this.rootBytes);
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const start = i === 0 ? 0 : this.#ends[i - 1]!;
      const key = this.key(i);
      payload.set(this.#entries.bytes.subarray(start, start + 12), at);
      at = writeVint(payload, at + 12, key.length);
      payload.set(key, at);
      at += key.length;
    }
    return payload;
  }

  nonRootPayload(): Buffer {
    const payload = Buffer.allocUnsafe(this.nonRootBytes);
    let at = payload.writeInt32BE(this.count, 0);
    at = payload.writeInt32BE(0, at);
    for (const end of this.#ends) at = payload.writeInt32BE(end, at);
    payload.set(this.#entries.content(), at);
    return payload;
  }

  clear(): void {
    this.count = 0;
    this.rootBytes = 0;
    this.firstKey = undefined;
    this.#entries.length = 0;
    this.#ends.length = 0;
  }
}

export interface IndexWriterOptions {
  /** Payload of an index block from which on it is written. */
  readonly chunkBytes: number;
  /** Least entries of an intermediate block. */
  readonly minEntries: number;
}

/** The data index: leaves among the data blocks, what is above them at the end (HFileBlockIndex.BlockIndexWriter). Memory: one leaf, and the entry of each leaf. */
export class DataIndexWriter {
  levels = 1;
  /** Payloads of all index blocks, for the trailer. */
  uncompressedBytes = 0;
  /** Headers and payloads of what is above the leaves; the trailer counts them apart. */
  upperBytes = 0;
  readonly #options: IndexWriterOptions;
  readonly #leaf = new IndexChunk();
  #root = new IndexChunk();
  /** How many data blocks the leaves name up to each entry of the root, for the mid-key. */
  readonly #blocksUpTo: number[] = [];
  #dataBlocks = 0;
  #midKey: Buffer = Buffer.alloc(0);

  constructor(options: IndexWriterOptions) {
    this.#options = options;
  }

  add(key: Uint8Array, block: WrittenBlock): void {
    this.#leaf.add(key, block);
    this.#dataBlocks++;
  }

  get isLeafDue(): boolean {
    return this.#leaf.nonRootBytes >= this.#options.chunkBytes;
  }

  writeLeaf(blocks: BlockWriter): void {
    const payload = this.#leaf.nonRootPayload();
    const written = blocks.block('leaf index', payload);
    this.uncompressedBytes += payload.length;
    this.#root.add(this.#leaf.firstKey!, written);
    this.#blocksUpTo.push(this.#dataBlocks);
    this.#leaf.clear();
    this.levels = 2;
  }

  /** The last leaf, if there are any; before the blocks that follow the scanned section. */
  finishLeaves(blocks: BlockWriter): void {
    if (this.levels === 1) this.#root = this.#leaf;
    else if (this.#leaf.count > 0) this.writeLeaf(blocks);
  }

  /** The levels between leaves and root; answers where the root is going to be. */
  writeIntermediates(blocks: BlockWriter): number {
    if (this.levels > 1) {
      this.#midKey = this.#middle();
      const { chunkBytes, minEntries } = this.#options;
      while (this.#root.rootBytes > chunkBytes && this.#root.count > minEntries && this.levels < MAX_LEVELS) {
        this.#root = this.#intermediate(this.#root, blocks);
        this.levels++;
      }
    }
    return blocks.offset;
  }

  /** Answers how many entries it has. */
  writeRoot(blocks: BlockWriter): number {
    const payload = Buffer.concat([this.#root.rootPayload(), this.#midKey]);
    this.#countUpper(payload);
    blocks.block('root index', payload);
    return this.#root.count;
  }

  #intermediate(children: IndexChunk, blocks: BlockWriter): IndexChunk {
    const parent = new IndexChunk();
    const current = new IndexChunk();
    const write = () => {
      const payload = current.nonRootPayload();
      this.#countUpper(payload);
      parent.add(current.firstKey!, blocks.block('intermediate index', payload));
      current.clear();
    };
    for (let i = 0; i < children.count; i++) {
      current.add(children.key(i), children.block(i));
      if (i >= this.#options.minEntries && current.rootBytes >= this.#options.chunkBytes) write();
    }
    if (current.count > 0) write();
    return parent;
  }

  #countUpper(payload: Buffer): void {
    this.uncompressedBytes += payload.length;
    this.upperBytes += HEADER_BYTES + payload.length;
  }

  /** Which entry of which leaf names the middle data block: HBase splits a region there. */
  #middle(): Buffer {
    const middle = Math.floor((this.#blocksUpTo.at(-1)! - 1) / 2);
    const i = this.#blocksUpTo.findIndex((upTo) => upTo > middle);
    const { offset, onDiskBytes } = this.#root.block(i);
    const bytes = Buffer.allocUnsafe(16);
    bytes.writeBigInt64BE(BigInt(offset), 0);
    bytes.writeInt32BE(onDiskBytes, 8);
    bytes.writeInt32BE(middle - (i > 0 ? this.#blocksUpTo[i - 1]! : 0), 12);
    return bytes;
  }
}
