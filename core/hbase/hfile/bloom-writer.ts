import { Buffer } from 'node:buffer';
import type { BlockWriter } from './block-writer.ts';
import { writeVint } from './hadoop-vint.ts';
import { firstKeyOn } from './index-key.ts';
import { IndexChunk } from './index-writer.ts';
import { compareBytes, isSameColumn } from './key-order.ts';
import { murmurHash } from './murmur-hash.ts';

/** BloomType of a column family. */
export type BloomType = 'NONE' | 'ROW' | 'ROWCOL' | 'ROWPREFIX_FIXED_LENGTH';

export const BLOOM_HASHES = 7;
const VERSION = 3;
const MURMUR = 1;
/** Of the error rate that HBase is delivered with. */
const ERROR_RATE = 0.01;
const ROWCOL_COMPARATOR = 'org.apache.hadoop.hbase.CellComparatorImpl';

const NO_FAMILY = Buffer.alloc(0);

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

  readonly #prefixBytes: number;

  /**
   * @param chunkBytes bytes of bits; HBase's io.storefile.bloom.block.size, a multiple of 128
   * @param prefixBytes of ROWPREFIX_FIXED_LENGTH: how many bytes of a row are kept
   */
  constructor(type: Exclude<BloomType, 'NONE'>, chunkBytes: number, prefixBytes: number) {
    if (type === 'ROWPREFIX_FIXED_LENGTH' && !(prefixBytes > 0)) throw new RangeError('a prefix without length');
    this.type = type;
    this.#prefixBytes = prefixBytes;
    this.#bits = new Uint8Array(chunkBytes);
    this.#maxKeys = Math.floor((chunkBytes * 8 * Math.LN2 ** 2) / -Math.log(ERROR_RATE));
  }

  /** The key of a checked cell; `previous[previousAt, previousEnd)` is the one before, undefined for the first. */
  addKey(
    bytes: Uint8Array,
    keyAt: number,
    keyEnd: number,
    previous: Uint8Array | undefined,
    previousAt: number,
    previousEnd: number,
  ): void {
    if (this.type === 'ROWCOL') {
      if (previous !== undefined && isSameColumn(previous, previousAt, previousEnd, bytes, keyAt, keyEnd)) return;
      const key = columnKeyOf(bytes, keyAt, keyEnd);
      this.#add(key, 0, key.length);
      return;
    }
    const end = this.#rowEnd(bytes, keyAt);
    const isKnown =
      previous !== undefined &&
      compareBytes(previous, previousAt + 2, this.#rowEnd(previous, previousAt), bytes, keyAt + 2, end) === 0;
    if (!isKnown) this.#add(bytes, keyAt + 2, end);
  }

  /** What the filter keeps of a key: the row, its prefix, or the first possible key of the column, without the family. */
  keptOf(key: Buffer): Buffer {
    return this.type === 'ROWCOL' ? columnKeyOf(key, 0, key.length) : key.subarray(2, this.#rowEnd(key, 0));
  }

  /** Where the part of a key's row ends that is kept. */
  #rowEnd(bytes: Uint8Array, keyAt: number): number {
    const rowBytes = (bytes[keyAt]! << 8) | bytes[keyAt + 1]!;
    return keyAt + 2 + (this.type === 'ROW' ? rowBytes : Math.min(rowBytes, this.#prefixBytes));
  }

  #add(bytes: Uint8Array, at: number, end: number): void {
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

function columnKeyOf(bytes: Uint8Array, keyAt: number, keyEnd: number): Buffer {
  const rowEnd = keyAt + 2 + ((bytes[keyAt]! << 8) | bytes[keyAt + 1]!);
  return firstKeyOn(
    bytes.subarray(keyAt + 2, rowEnd),
    NO_FAMILY,
    bytes.subarray(rowEnd + 1 + bytes[rowEnd]!, keyEnd - 9),
  );
}
