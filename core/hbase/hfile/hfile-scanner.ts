import { Buffer } from 'node:buffer';
import type { BlockType } from './block.ts';
import { BlockCells } from './block-cells.ts';
import type { CellCursor } from './cell-cursor.ts';
import { HFileCorrupt } from './hfile-corrupt.ts';
import type { HFileReader } from './hfile-reader.ts';
import { type IndexEntry, readNonRootEntries } from './index-entries.ts';
import { firstKeyOn } from './index-key.ts';
import { compareKeys, isKey } from './key-order.ts';
import { lastAtMost } from './last-at-most.ts';

/** Rows from `startRow` up to before `stopRow`. */
export interface RowRange {
  readonly startRow?: Uint8Array | undefined;
  readonly stopRow?: Uint8Array | undefined;
}

const DATA: readonly BlockType[] = ['data', 'encoded data'];
const NOTHING = Buffer.alloc(0);

/** A level of the index on the way to the block at hand. */
interface Level {
  readonly entries: readonly IndexEntry[];
  /** Where the block lies that they stand in. */
  readonly offset: number;
  next: number;
}

/**
 * The cells of a range of rows. One read for each level of the index below the root and one for the first data block;
 * then reads double up to a window, and none goes past the last block of the range that the leaf at hand knows.
 */
export class HFileScanner implements CellCursor {
  bytes: Buffer = NOTHING;
  at = 0;
  end = 0;
  mvcc = 0;
  readonly #reader: HFileReader;
  readonly #startKey: Buffer | undefined;
  readonly #stopKey: Buffer | undefined;
  readonly #oneRow: Uint8Array | undefined;
  readonly #cells: BlockCells;
  readonly #levels: Level[] = [];
  #window = { offset: 0, bytes: NOTHING as Uint8Array };
  #readBytes = 0;
  #lastOffset = -1;
  #isStarted = false;
  #isDone = false;

  /** @param usesBloom whether one row's bloom filter is asked: a read that saves two, or is one more */
  constructor(reader: HFileReader, { startRow, stopRow }: RowRange = {}, usesBloom = true) {
    this.#reader = reader;
    this.#startKey = startRow && firstKeyOn(startRow, NOTHING, NOTHING);
    this.#stopKey = stopRow && firstKeyOn(stopRow, NOTHING, NOTHING);
    this.#oneRow = usesBloom && startRow && stopRow && isNextRow(startRow, stopRow) ? startRow : undefined;
    this.#cells = new BlockCells(reader.layout);
  }

  /** @throws HFileCorrupt, and what the source throws */
  advance(): boolean | Promise<boolean> {
    if (this.#isDone) return false;
    return this.#step() || (!this.#isDone && this.#advanceToBlock());
  }

  /** The next cell of the block at hand that is in the range. */
  #step(): boolean {
    const cells = this.#cells;
    while (cells.next()) {
      const { bytes, keyAt, keyEnd } = cells;
      // Only a block that the range begins in has cells before it.
      if (
        this.#startKey !== undefined &&
        compareKeys(bytes, keyAt, keyEnd, this.#startKey, 0, this.#startKey.length) < 0
      )
        continue;
      if (
        this.#stopKey !== undefined &&
        compareKeys(bytes, keyAt, keyEnd, this.#stopKey, 0, this.#stopKey.length) >= 0
      ) {
        this.#isDone = true;
        return false;
      }
      this.bytes = bytes;
      this.at = cells.at;
      this.end = cells.end;
      this.mvcc = cells.mvcc();
      return true;
    }
    return false;
  }

  async #advanceToBlock(): Promise<boolean> {
    if (!this.#isStarted) {
      this.#isStarted = true;
      if (this.#oneRow !== undefined && !(await this.#reader.mayHaveRow(this.#oneRow))) {
        this.#isDone = true;
        return false;
      }
      this.#enter(this.#reader.rootEntries, this.#reader.trailer.loadOnOpenOffset);
    }
    for (;;) {
      const entry = await this.#nextDataEntry();
      if (entry === undefined) {
        this.#isDone = true;
        return false;
      }
      await this.#open(entry);
      if (this.#step()) return true;
      if (this.#isDone) return false;
    }
  }

  /** Goes down to the entry of the next data block. */
  async #nextDataEntry(): Promise<IndexEntry | undefined> {
    const depth = this.#reader.trailer.dataIndexLevels;
    while (this.#levels.length > 0) {
      const level = this.#levels.at(-1)!;
      const entry = level.entries[level.next];
      if (entry === undefined) {
        this.#levels.pop();
        continue;
      }
      if (level.next > 0 && this.#isPast(entry)) return undefined;
      level.next++;
      // What an index names was written before it: one that leads round would never end.
      if (entry.offset >= level.offset) throw new HFileCorrupt('index', entry.offset, 'names a block behind itself');
      if (this.#levels.length >= depth) return entry;
      const type = this.#levels.length === depth - 1 ? 'leaf index' : 'intermediate index';
      const { header, payload } = await this.#reader.block(entry, type);
      const entries = readNonRootEntries(payload, header);
      if (entries.length === 0) throw new HFileCorrupt(`${type} block`, header.offset, 'no entries');
      this.#enter(entries, entry.offset);
    }
    return undefined;
  }

  /** Enters an index block at the last entry that may hold the first key of the range. */
  #enter(entries: readonly IndexEntry[], offset: number): void {
    for (const entry of entries) {
      if (!isKey(entry.key)) throw new HFileCorrupt('index', entry.offset, 'an entry whose key is none');
    }
    const start = this.#lastOffset < 0 ? this.#startKey : undefined;
    const i =
      start === undefined
        ? 0
        : lastAtMost(entries, ({ key }) => compareKeys(key, 0, key.length, start, 0, start.length));
    this.#levels.push({ entries, offset, next: Math.max(0, i) });
  }

  #isPast({ key }: IndexEntry): boolean {
    const stop = this.#stopKey;
    return stop !== undefined && compareKeys(key, 0, key.length, stop, 0, stop.length) >= 0;
  }

  async #open(entry: IndexEntry): Promise<void> {
    const reader = this.#reader;
    reader.checkEntry(entry);
    // Blocks lie in order: an index that leads back would never end.
    if (entry.offset <= this.#lastOffset) throw new HFileCorrupt('index', entry.offset, 'names blocks out of order');
    this.#lastOffset = entry.offset;
    const { offset, bytes } = this.#window;
    if (entry.offset < offset || entry.offset + entry.onDiskBytes > offset + bytes.length) {
      this.#readBytes = Math.min(Math.max(entry.onDiskBytes, 2 * this.#readBytes), reader.windowBytes);
      const length = Math.max(entry.onDiskBytes, Math.min(this.#readBytes, this.#knownEnd(entry) - entry.offset));
      this.#window = { offset: entry.offset, bytes: await reader.read(entry.offset, length) };
    }
    const block = reader.blockIn(this.#window.bytes, entry.offset - this.#window.offset, entry, DATA);
    this.#cells.open(reader.cellsOf(block.header, block.payload), block.header);
  }

  /** Where the last block ends that the leaf at hand names and the range needs. */
  #knownEnd(entry: IndexEntry): number {
    const { entries, next } = this.#levels.at(-1)!;
    let last = entry;
    for (let i = next; i < entries.length && !this.#isPast(entries[i]!); i++) last = entries[i]!;
    this.#reader.checkEntry(last);
    return last.offset + last.onDiskBytes;
  }
}

/** Whether `stop` is the least row behind `start`: one row is asked for. */
function isNextRow(start: Uint8Array, stop: Uint8Array): boolean {
  return stop.length === start.length + 1 && stop.at(-1) === 0 && start.every((byte, i) => byte === stop[i]);
}
