import { Buffer } from 'node:buffer';
import type { CellCursor } from './cell-cursor.ts';
import { compareCells } from './cell-order.ts';
import { copyBytes } from './copy-bytes.ts';
import { type CellsToSort, mvccAt, RECORD, sortIndexes } from './sort-indexes.ts';

/** What a cell costs besides its bytes: its record, and twice a sort key with its index. */
const BYTES_PER_CELL = 4 * RECORD.words + 24;
/** Memory for cells that are copied is taken in such pieces. */
const PIECE_BYTES = 4 << 20;

/**
 * Gathers cells up to a budget of memory and gives them back in HBase's order, group by group. A group is what becomes
 * one run: a family of a region, say. Of equal cells (same key and mvcc) the one that was added last is kept.
 */
export class CellSorter {
  readonly #budgetBytes: number;
  /** Memory in use, without what each cell costs besides. */
  #bytes = 0;
  #count = 0;
  /** What cells lie in: copies, and memory that is kept. */
  #pieces: Uint8Array[] = [];
  #kept: Uint8Array | undefined;
  #keptPiece = 0;
  #copies: Buffer | undefined;
  #copiesPiece = 0;
  #copiesLength = 0;
  /** Memory for copies, to be used again, and how many pieces of it are in use. */
  readonly #own: Buffer[] = [];
  #ownUsed = 0;
  #records = new Uint32Array(RECORD.words << 12);

  /** @param budgetBytes memory for cells and what sorts them */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get cells(): number {
    return this.#count;
  }

  /** Copies the cell; false if there is no room for it, so that the cells must be taken first. One cell always fits. */
  add(group: number, bytes: Uint8Array, at: number, end: number, mvcc: number): boolean {
    const length = end - at;
    const left = this.#copies === undefined ? 0 : this.#copies.length - this.#copiesLength;
    // What is left over at the end of a piece is in use too.
    if (!this.#take(length <= left ? length : left + length)) return false;
    if (length > left) this.#newPiece(length);
    copyBytes(this.#copies!, this.#copiesLength, bytes, at, end);
    this.#note(group, this.#copiesPiece, this.#copiesLength, this.#copiesLength + length, mvcc);
    this.#copiesLength += length;
    return true;
  }

  /** As {@link add}, but the cell stays where it lies: nobody may write there any more, and all that memory is in use with it. */
  keep(group: number, bytes: Uint8Array, at: number, end: number, mvcc: number): boolean {
    if (!this.#take(bytes === this.#kept ? 0 : bytes.buffer.byteLength)) return false;
    if (bytes !== this.#kept) {
      this.#kept = bytes;
      this.#keptPiece = this.#pieces.push(bytes) - 1;
    }
    this.#note(group, this.#keptPiece, at, end, mvcc);
    return true;
  }

  /** The groups in ascending order, each with its cells; valid until the next {@link clear}. */
  *sorted(): Generator<{ readonly group: number; readonly cells: CellCursor }> {
    const cells = { pieces: this.#pieces, records: this.#records, count: this.#count };
    const sorted = sortIndexes(cells);
    const groupOf = (i: number) => this.#records[RECORD.words * sorted[i]! + RECORD.group]!;
    for (let from = 0; from < this.#count; ) {
      const group = groupOf(from);
      let to = from + 1;
      while (to < this.#count && groupOf(to) === group) to++;
      yield { group, cells: new SortedCells(cells, sorted.subarray(from, to)) };
      from = to;
    }
  }

  clear(): void {
    this.#count = 0;
    this.#bytes = 0;
    this.#pieces = [];
    this.#kept = undefined;
    this.#copies = undefined;
    this.#ownUsed = 0;
  }

  /** False if so much more does not fit. */
  #take(bytes: number): boolean {
    const inUse = this.#bytes + bytes;
    if (inUse + (this.#count + 1) * BYTES_PER_CELL > this.#budgetBytes && this.#count > 0) return false;
    this.#bytes = inUse;
    return true;
  }

  #newPiece(length: number): void {
    if (length > PIECE_BYTES) {
      this.#copies = Buffer.allocUnsafeSlow(length);
    } else {
      this.#own[this.#ownUsed] ??= Buffer.allocUnsafeSlow(PIECE_BYTES);
      this.#copies = this.#own[this.#ownUsed++]!;
    }
    this.#copiesPiece = this.#pieces.push(this.#copies) - 1;
    this.#copiesLength = 0;
  }

  #note(group: number, piece: number, start: number, end: number, mvcc: number): void {
    const at = RECORD.words * this.#count++;
    if (at === this.#records.length) this.#grow();
    const records = this.#records;
    records[at] = piece;
    records[at + RECORD.start] = start;
    records[at + RECORD.end] = end;
    records[at + RECORD.group] = group;
    records[at + RECORD.mvccHigh] = Math.floor(mvcc / 2 ** 32);
    records[at + RECORD.mvccLow] = mvcc >>> 0;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#records.length);
    larger.set(this.#records);
    this.#records = larger;
  }
}

class SortedCells implements CellCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  mvcc = -1;
  readonly #cells: CellsToSort;
  readonly #sorted: Uint32Array;
  #next = 0;

  constructor(cells: CellsToSort, sorted: Uint32Array) {
    this.#cells = cells;
    this.#sorted = sorted;
  }

  advance(): boolean {
    const { pieces, records } = this.#cells;
    while (this.#next < this.#sorted.length) {
      const record = RECORD.words * this.#sorted[this.#next++]!;
      const [bytes, at, mvcc] = [pieces[records[record]!]!, records[record + RECORD.start]!, mvccAt(records, record)];
      // The one added last comes first, the others are the same cell.
      if (mvcc === this.mvcc && compareCells(this.bytes, this.at, mvcc, bytes, at, mvcc) === 0) continue;
      this.bytes = bytes;
      this.at = at;
      this.end = records[record + RECORD.end]!;
      this.mvcc = mvcc;
      return true;
    }
    return false;
  }
}
