import { Buffer } from 'node:buffer';
import type { CellCursor } from './cell-cursor.ts';
import { compareCells } from './cell-order.ts';
import { copyBytes } from './copy-bytes.ts';
import { type SortedIndexes, sortIndexes } from './sort-indexes.ts';

/** What a cell costs besides its bytes: place, mvcc, group, and twice a sort key with its index. */
const BYTES_PER_CELL = 44;

/**
 * Gathers cells up to a budget of memory and gives them back in HBase's order, group by group. A group is what becomes
 * one run: a family of a region, say. Of equal cells (same key and mvcc) the one that was added last is kept.
 */
export class CellSorter {
  readonly #budgetBytes: number;
  #arena: Buffer;
  #length = 0;
  #count = 0;
  #starts: Uint32Array;
  #ends: Uint32Array;
  #groups: Uint32Array;
  #mvccs: Float64Array;

  /** @param budgetBytes memory for cells and what sorts them; at most 4 GB */
  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
    this.#arena = Buffer.allocUnsafeSlow(Math.min(budgetBytes, 1 << 20));
    this.#starts = new Uint32Array(1 << 12);
    this.#ends = new Uint32Array(1 << 12);
    this.#groups = new Uint32Array(1 << 12);
    this.#mvccs = new Float64Array(1 << 12);
  }

  get cells(): number {
    return this.#count;
  }

  /** Copies the cell; false if there is no room for it, so that the cells must be taken first. One cell always fits. */
  add(group: number, bytes: Uint8Array, at: number, end: number, mvcc: number): boolean {
    const needed = this.#length + end - at;
    const isOver = needed + (this.#count + 1) * BYTES_PER_CELL > this.#budgetBytes;
    if (isOver && this.#count > 0) return false;
    if (needed > this.#arena.length) this.#growArena(needed);
    if (this.#count === this.#starts.length) this.#growCells();
    const i = this.#count++;
    copyBytes(this.#arena, this.#length, bytes, at, end);
    this.#starts[i] = this.#length;
    this.#ends[i] = needed;
    this.#groups[i] = group;
    this.#mvccs[i] = mvcc;
    this.#length = needed;
    return true;
  }

  /** The groups in ascending order, each with its cells; valid until the next {@link clear}. */
  *sorted(): Generator<{ readonly group: number; readonly cells: CellCursor }> {
    const sorted = sortIndexes({
      arena: this.#arena,
      count: this.#count,
      starts: this.#starts,
      groups: this.#groups,
      mvccs: this.#mvccs,
    });
    for (let from = 0; from < this.#count; ) {
      const group = this.#groups[sorted[from]!]!;
      let to = from + 1;
      while (to < this.#count && this.#groups[sorted[to]!] === group) to++;
      const place = { arena: this.#arena, starts: this.#starts, ends: this.#ends, mvccs: this.#mvccs };
      yield { group, cells: new SortedCells(place, sorted, from, to) };
      from = to;
    }
  }

  clear(): void {
    this.#count = 0;
    this.#length = 0;
  }

  #growArena(needed: number): void {
    // By four, since each step copies what there is and holds both for a moment.
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(4 * this.#arena.length, this.#budgetBytes)));
    larger.set(this.#arena.subarray(0, this.#length));
    this.#arena = larger;
  }

  #growCells(): void {
    const length = 2 * this.#starts.length;
    const grown = <T extends Uint32Array | Float64Array>(old: T, larger: T): T => {
      larger.set(old);
      return larger;
    };
    this.#starts = grown(this.#starts, new Uint32Array(length));
    this.#ends = grown(this.#ends, new Uint32Array(length));
    this.#groups = grown(this.#groups, new Uint32Array(length));
    this.#mvccs = grown(this.#mvccs, new Float64Array(length));
  }
}

class SortedCells implements CellCursor {
  readonly bytes: Uint8Array;
  at = 0;
  end = 0;
  mvcc = -1;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  readonly #mvccs: Float64Array;
  readonly #sorted: SortedIndexes;
  readonly #to: number;
  #next: number;

  constructor(
    place: { arena: Buffer; starts: Uint32Array; ends: Uint32Array; mvccs: Float64Array },
    sorted: SortedIndexes,
    from: number,
    to: number,
  ) {
    this.bytes = place.arena;
    this.#starts = place.starts;
    this.#ends = place.ends;
    this.#mvccs = place.mvccs;
    this.#sorted = sorted;
    this.#next = from;
    this.#to = to;
  }

  advance(): boolean {
    while (this.#next < this.#to) {
      const i = this.#sorted[this.#next++]!;
      const [at, mvcc] = [this.#starts[i]!, this.#mvccs[i]!];
      // The one added last comes first, the others are the same cell.
      if (mvcc === this.mvcc && compareCells(this.bytes, this.at, mvcc, this.bytes, at, mvcc) === 0) continue;
      this.at = at;
      this.end = this.#ends[i]!;
      this.mvcc = mvcc;
      return true;
    }
    return false;
  }
}
