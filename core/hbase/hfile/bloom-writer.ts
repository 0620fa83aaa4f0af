import { Buffer } from 'node:buffer';
import type { BlockWriter } from './block-writer.ts';
import { writeVint } from './hadoop-vint.ts';
import { IndexChunk } from './index-writer.ts';
import { murmurHash } from './murmur-hash.ts';

/** BloomType of a column family. */
export type BloomType = 'NONE' | 'ROW' | 'ROWCOL' | 'ROWPREFIX_FIXED_LENGTH';

export const BLOOM_HASHES = 7;
const VERSION = 3;
const MURMUR = 1;
/** Of the error rate that HBase is delivered with. */
const ERROR_RATE = 0.01;
const ROWCOL_COMPARATOR = 'org.apache.hadoop.hbase.CellComparatorImpl';

/** HBase's compound bloom filter (CompoundBloomFilterWriter): chunks among the data blocks, meta at the end. */
export class BloomWriter {
  readonly type: Exclude<BloomType, 'NONE'>;
  readonly #bits: Uint8Array;
  readonly #maxKeys: number;
  readonly #index = new IndexChunk();
  /** Full chunks that wait for the end of the data block. */
  readonly #ready: { readonly firstKey: Buffer; readonly payload: Uint8Array }[] = [];
  #firstKey: Buffer | undefined;
  #keys = 0;
  #totalKeys = 0;
  #totalMaxKeys = 0;
  #totalBytes = 0;

  /** @param chunkBytes bytes of bits; HBase's io.storefile.bloom.block.size, a multiple of 128 */
  constructor(type: Exclude<BloomType, 'NONE'>, chunkBytes: number) {
    this.type = type;
    this.#bits = new Uint8Array(chunkBytes);
    this.#maxKeys = Math.floor((chunkBytes * 8 * Math.LN2 ** 2) / -Math.log(ERROR_RATE));
  }

  /** `bytes[at, end)` is a row, its prefix, or the key bytes of the first possible cell of a column; each once, in order. */
  add(bytes: Uint8Array, at: number, end: number): void {
    if (this.#keys >= this.#maxKeys) this.#endChunk();
    const bits = this.#bits;
    const size = bits.length * 8;
    const mask = (size & (size - 1)) === 0 ? size - 1 : 0;
    const first = murmurHash(bytes, at, end, 0);
    const second = murmurHash(bytes, at, end, first);
    for (let i = 0, hash = first; i < BLOOM_HASHES; i++, hash = (hash + second) | 0) {
      // The same remainder, and no division where the size is a power of two.
      const bit = mask > 0 ? (hash < 0 ? -hash : hash) & mask : Math.abs(hash % size);
      bits[bit >>> 3]! |= 1 << (bit & 7);
    }
    if (this.#keys === 0) this.#firstKey = Buffer.from(bytes.subarray(at, end));
    this.#keys++;
    this.#totalKeys++;
  }

  /** Between two data blocks. */
  writeReady(blocks: BlockWriter): void {
    if (this.#ready.length === 0) return;
    for (const { firstKey, payload } of this.#ready) this.#index.add(firstKey, blocks.block('bloom chunk', payload));
    this.#ready.length = 0;
  }

  finish(blocks: BlockWriter): void {
    if (this.#keys > 0) this.#endChunk();
    this.writeReady(blocks);
  }

  /** Payload of the BLMFMET2 block. */
  metaPayload(): Buffer {
    const comparator = this.type === 'ROWCOL' ? ROWCOL_COMPARATOR : '';
    const head = Buffer.alloc(41 + comparator.length);
    head.writeInt32BE(VERSION, 0);
    head.writeBigInt64BE(BigInt(this.#totalBytes), 4);
    head.writeInt32BE(BLOOM_HASHES, 12);
    head.writeInt32BE(MURMUR, 16);
    head.writeBigInt64BE(BigInt(this.#totalKeys), 20);
    head.writeBigInt64BE(BigInt(this.#totalMaxKeys), 28);
    head.writeInt32BE(this.#index.count, 36);
    head.write(comparator, writeVint(head, 40, comparator.length), 'latin1');
    return Buffer.concat([head, this.#index.rootPayload()]);
  }

  #endChunk(): void {
    const [payload, maxKeys] = this.#folded();
    this.#ready.push({ firstKey: this.#firstKey!, payload });
    this.#totalBytes += payload.length;
    this.#totalMaxKeys += maxKeys;
    this.#bits.fill(0);
    this.#keys = 0;
  }

  /** A chunk that is at most half full is folded in halves: the place of a bit is taken modulo the size. */
  #folded(): [Uint8Array, number] {
    let size = this.#bits.length;
    let maxKeys = this.#maxKeys;
    while (size % 2 === 0 && maxKeys > 2 * this.#keys) {
      size /= 2;
      maxKeys = Math.floor(maxKeys / 2);
    }
    const payload = Uint8Array.from(this.#bits.subarray(0, size));
    for (let at = size; at < this.#bits.length; at += size) {
      for (let i = 0; i < size; i++) payload[i]! |= this.#bits[at + i]!;
    }
    return [payload, maxKeys];
  }
}
