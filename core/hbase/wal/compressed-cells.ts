import type { Buffer } from 'node:buffer';
import { decompress } from '../hfile/compression.ts';
import { CellBuffer } from './cell-buffer.ts';
import type { CellDecoder, NameBytes } from './cell-decoder.ts';
import { EntryFault, EntryShort } from './entry-fault.ts';
import { int32, isMarkerKeyValue, LEAST_KEY } from './key-value.ts';
import { LruDictionary } from './lru-dictionary.ts';
import { endOfIndexRecord } from './plain-cells.ts';
import { VarintReader } from './varint-reader.ts';
import type { WalBatchBuilder } from './wal-batch.ts';
import { readWalEvent } from './wal-event.ts';
import type { WalHeader } from './wal-header.ts';
import type { WalKey } from './wal-key.ts';

/** First byte of an item that is spelled out; any other is the high byte of an index. */
const LITERAL = 0xff;
/** Short.MAX_VALUE and Byte.MAX_VALUE, as CompressionContext sizes its dictionaries. */
const LARGE = 32_767;
const SMALL = 127;

export interface CompressionLimits {
  /** Of one entry when it is decompressed. */
  readonly maxEntryBytes: number;
  /** Of the items of all dictionaries together. */
  readonly maxDictionaryBytes: number;
}

/**
 * WALCellCodec with compression: rows, families, qualifiers and tags are items of dictionaries that writer and reader
 * build up alike from the start of the file, so every entry has to be read, whether it is wanted or not.
 */
export class CompressedCells implements CellDecoder {
  readonly ownsMemory = true;
  readonly #header: WalHeader;
  readonly #maxItemBytes: number;
  readonly #maxDictionaryBytes: number;
  readonly #region: LruDictionary;
  readonly #table: LruDictionary;
  readonly #family = new LruDictionary(SMALL);
  readonly #qualifier = new LruDictionary(SMALL);
  readonly #row = new LruDictionary(LARGE);
  readonly #tags = new LruDictionary(LARGE);
  readonly #all: readonly LruDictionary[];
  readonly #varint = new VarintReader();
  readonly #out: CellBuffer;
  // The item that was read last, and where the bytes behind it begin.
  #item: Uint8Array = new Uint8Array(0);
  #itemAt = 0;
  #itemEnd = 0;
  #next = 0;

  /** @param isRecoveredEdits whether the file was written below `recovered.edits`, where two dictionaries hold one item */
  constructor(header: WalHeader, isRecoveredEdits: boolean, limits: CompressionLimits) {
    this.#header = header;
    this.#maxItemBytes = limits.maxEntryBytes;
    this.#maxDictionaryBytes = limits.maxDictionaryBytes;
    this.#out = new CellBuffer(limits.maxEntryBytes);
    this.#region = new LruDictionary(isRecoveredEdits ? 1 : LARGE);
    this.#table = new LruDictionary(isRecoveredEdits ? 1 : LARGE);
    this.#all = [this.#region, this.#table, this.#family, this.#qualifier, this.#row, this.#tags];
  }

  get pending(): number {
    return this.#out.at;
  }

  region(b: Buffer, key: WalKey): NameBytes {
    this.#whole(b, key.regionAt, key.regionEnd, this.#region);
    return { bytes: this.#item, at: this.#itemAt, end: this.#itemEnd };
  }

  table(b: Buffer, key: WalKey): NameBytes {
    this.#whole(b, key.tableAt, key.tableEnd, this.#table);
    const name = { bytes: this.#item, at: this.#itemAt, end: this.#itemEnd };
    // Nobody needs these, but the dictionaries have them from here.
    const { scopes, attributes } = key;
    for (let i = 0; i < scopes.length; i += 2) this.#whole(b, scopes[i]!, scopes[i + 1]!, this.#family);
    for (let i = 0; i < attributes.length; i += 2) this.#whole(b, attributes[i]!, attributes[i + 1]!, this.#table);
    return name;
  }

  cells(b: Buffer, at: number, end: number, key: WalKey, batch: WalBatchBuilder | undefined): number {
    let p = at;
    for (let i = key.cells; i > 0; i--) {
      if (this.#header.isIndexed) {
        if (p >= end) throw new EntryShort(p, p + 1);
        if (b[p++] !== 0) {
          if (p + 4 > end) throw new EntryShort(p, p + 4);
          if (int32(b, p) !== -1) throw new EntryFault(p, 'no index record where one is announced');
          p = endOfIndexRecord(b, p, end);
          continue;
        }
      }
      const start = this.#out.at;
      const cellAt = p;
      p = this.#cell(b, p, end, batch !== undefined);
      if (batch !== undefined) this.#give(start, cellAt, batch);
    }
    return p;
  }

  commit(at: number): void {
    let bytes = 0;
    for (const dictionary of this.#all) {
      dictionary.commit();
      bytes += dictionary.bytes;
    }
    if (bytes > this.#maxDictionaryBytes) throw new EntryFault(at, `dictionaries of ${bytes} bytes`);
    this.#out.commit();
  }

  rollBack(): void {
    for (const dictionary of this.#all) dictionary.rollBack();
    this.#out.rollBack();
  }

  take(): Buffer {
    return this.#out.take();
  }

  /** Gives out the cell that was put together from `start` on. Faults are told of the place in the log it came from. */
  #give(start: number, cellAt: number, batch: WalBatchBuilder): void {
    const { bytes, at } = this.#out;
    try {
      if (isMarkerKeyValue(bytes, start, at)) {
        batch.event(readWalEvent(bytes, start));
        this.#out.at = start;
      } else batch.cell(start, at);
    } catch (error) {
      if (error instanceof EntryFault) throw new EntryFault(cellAt, error.message);
      throw error;
    }
  }

  /** Where the bytes behind the cell begin; it is appended to the buffer if it is wanted. */
  #cell(b: Buffer, at: number, end: number, isWanted: boolean): number {
    const varint = this.#varint;
    const out = this.#out;
    const keyBytes = varint.int32(b, at, end);
    const valueBytes = varint.int32(b, varint.next, end);
    const tagsBytes = varint.int32(b, varint.next, end);
    if (keyBytes < LEAST_KEY || tagsBytes > 0xffff)
      throw new EntryFault(at, `a key of ${keyBytes} and tags of ${tagsBytes} bytes`);
    const start = out.at;
    this.#read(b, varint.next, end, this.#row);
    const rowBytes = this.#itemEnd - this.#itemAt;
    if (isWanted) {
      out.room(10 + rowBytes, at);
      putInt32(out.bytes, start, keyBytes);
      putInt32(out.bytes, start + 4, valueBytes);
      out.bytes[start + 8] = rowBytes >>> 8;
      out.bytes[start + 9] = rowBytes;
      out.at = start + 10;
      out.put(this.#item, this.#itemAt, this.#itemEnd);
    }
    this.#read(b, this.#next, end, this.#family);
    const familyBytes = this.#itemEnd - this.#itemAt;
    if (isWanted) {
      out.room(1 + familyBytes, at);
      out.bytes[out.at++] = familyBytes;
      out.put(this.#item, this.#itemAt, this.#itemEnd);
    }
    this.#read(b, this.#next, end, this.#qualifier);
    const qualifierBytes = this.#itemEnd - this.#itemAt;
    if (rowBytes > LARGE || familyBytes > SMALL || keyBytes !== LEAST_KEY + rowBytes + familyBytes + qualifierBytes) {
      throw new EntryFault(at, `a key of ${keyBytes} bytes with ${rowBytes}, ${familyBytes} and ${qualifierBytes}`);
    }
    const p = this.#next + 9;
    if (p > end) throw new EntryShort(at, p);
    if (isWanted) {
      out.room(qualifierBytes + 9, at);
      out.put(this.#item, this.#itemAt, this.#itemEnd);
      out.put(b, p - 9, p);
    }
    const valueEnd = this.#value(b, p, end, valueBytes, isWanted);
    return tagsBytes === 0 ? valueEnd : this.#tagBlock(b, valueEnd, end, tagsBytes, isWanted);
  }

  #value(b: Buffer, at: number, end: number, valueBytes: number, isWanted: boolean): number {
    const compression = this.#header.valueCompression;
    const storedBytes = compression === undefined ? valueBytes : this.#varint.int32(b, at, end);
    const p = compression === undefined ? at : this.#varint.next;
    const valueEnd = p + storedBytes;
    if (valueEnd > end) throw new EntryShort(at, valueEnd);
    if (!isWanted) return valueEnd;
    if (compression === undefined) {
      this.#out.room(valueBytes, at);
      this.#out.put(b, p, valueEnd);
      return valueEnd;
    }
    if (valueBytes > this.#maxItemBytes) throw new EntryFault(at, `a value of ${valueBytes} bytes`);
    try {
      const value = decompress(compression, b.subarray(p, valueEnd), valueBytes);
      this.#out.room(valueBytes, at);
      this.#out.put(value, 0, valueBytes);
    } catch (error) {
      if (error instanceof EntryFault) throw error;
      throw new EntryFault(at, `a value compressed with ${compression}: ${(error as Error).message}`);
    }
    return valueEnd;
  }

  #tagBlock(b: Buffer, at: number, end: number, tagsBytes: number, isWanted: boolean): number {
    const out = this.#out;
    if (isWanted) {
      out.room(2 + tagsBytes, at);
      out.bytes[out.at++] = tagsBytes >>> 8;
      out.bytes[out.at++] = tagsBytes;
    }
    if (!this.#header.hasCompressedTags) {
      if (at + tagsBytes > end) throw new EntryShort(at, at + tagsBytes);
      if (isWanted) out.put(b, at, at + tagsBytes);
      return at + tagsBytes;
    }
    let p = at;
    for (let left = tagsBytes; left > 0; p = this.#next) {
      this.#read(b, p, end, this.#tags);
      const length = this.#itemEnd - this.#itemAt;
      left -= 2 + length;
      if (left < 0) throw new EntryFault(p, `tags beyond their ${tagsBytes} bytes`);
      if (!isWanted) continue;
      out.bytes[out.at++] = length >>> 8;
      out.bytes[out.at++] = length;
      out.put(this.#item, this.#itemAt, this.#itemEnd);
    }
    return p;
  }

  /** An item that is all of `b[at, end)`. */
  #whole(b: Buffer, at: number, end: number, dictionary: LruDictionary): void {
    try {
      this.#read(b, at, end, dictionary);
    } catch (error) {
      // The key is there as a whole; what goes on behind it is damaged.
      if (error instanceof EntryShort) throw new EntryFault(at, 'an item that goes on behind its field');
      throw error;
    }
    if (this.#next !== end) throw new EntryFault(at, 'bytes behind an item');
  }

  #read(b: Buffer, at: number, end: number, dictionary: LruDictionary): void {
    if (at + 2 > end) throw new EntryShort(at, at + 2);
    const status = b[at]!;
    if (status !== LITERAL) {
      const index = (status << 8) | b[at + 1]!;
      const item = dictionary.use(index);
      if (item === undefined) throw new EntryFault(at, `item ${index} is in no dictionary`);
      this.#item = item;
      this.#itemAt = 0;
      this.#itemEnd = item.length;
      this.#next = at + 2;
      return;
    }
    const length = this.#varint.int32(b, at + 1, end);
    if (length > this.#maxItemBytes) throw new EntryFault(at, `an item of ${length} bytes`);
    const itemAt = this.#varint.next;
    const itemEnd = itemAt + length;
    if (itemEnd > end) throw new EntryShort(at, itemEnd);
    if (length > 0) dictionary.add(b, itemAt, itemEnd);
    this.#item = b;
    this.#itemAt = itemAt;
    this.#itemEnd = itemEnd;
    this.#next = itemEnd;
  }
}

function putInt32(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}
