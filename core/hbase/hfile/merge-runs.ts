import { type CellCursor, type CellSink, pourCells } from './cell-cursor.ts';
import { compareCells } from './cell-order.ts';

/**
 * The cells of several cursors as one, in HBase's order: by key, the higher mvcc first. Cells with the same key and mvcc
 * are one cell; that of the cursor that stands last in the list is kept. Memory is that of the cursors.
 */
export class MergedCells implements CellCursor {
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  end = 0;
  mvcc = -1;
  /** How many cells were dropped because they came before. */
  duplicates = 0;
  readonly #cursors: readonly CellCursor[];
  /** A heap; the least cell's cursor is at its top. */
  readonly #heap: { readonly cursor: CellCursor; readonly rank: number }[] = [];
  #isStarted = false;

  constructor(cursors: readonly CellCursor[]) {
    this.#cursors = cursors;
  }

  advance(): boolean | Promise<boolean> {
    if (!this.#isStarted) return this.#start();
    while (this.#heap.length > 0) {
      const more = this.#heap[0]!.cursor.advance();
      if (typeof more !== 'boolean') return this.#resume(more);
      this.#settle(more);
      if (this.#take()) return true;
    }
    return false;
  }

  async #start(): Promise<boolean> {
    this.#isStarted = true;
    const more = await Promise.all(this.#cursors.map((cursor) => cursor.advance()));
    for (const [rank, cursor] of this.#cursors.entries()) if (more[rank]) this.#heap.push({ cursor, rank });
    for (let i = this.#heap.length >>> 1; i-- > 0; ) this.#siftDown(i);
    return this.#take();
  }

  async #resume(more: Promise<boolean>): Promise<boolean> {
    this.#settle(await more);
    return this.#take() || (this.#heap.length > 0 && (await this.advance()));
  }

  /** The top's cursor has moved on, or is at its end. */
  #settle(more: boolean): void {
    if (!more) {
      const last = this.#heap.pop()!;
      if (this.#heap.length === 0) return;
      this.#heap[0] = last;
    }
    this.#siftDown(0);
  }

  /** Stands on the top's cell; false if it is the one before again. */
  #take(): boolean {
    if (this.#heap.length === 0) return false;
    const { bytes, at, end, mvcc } = this.#heap[0]!.cursor;
    // The cell before still lies where it lay.
    if (mvcc === this.mvcc && compareCells(this.bytes, this.at, mvcc, bytes, at, mvcc) === 0) {
      this.duplicates++;
      return false;
    }
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.mvcc = mvcc;
    return true;
  }

  #siftDown(from: number): void {
    const heap = this.#heap;
    const moved = heap[from]!;
    let i = from;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++;
      if (!isBefore(heap[child]!, moved)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = moved;
  }
}

function isBefore(
  a: { readonly cursor: CellCursor; readonly rank: number },
  b: { readonly cursor: CellCursor; readonly rank: number },
): boolean {
  const [x, y] = [a.cursor, b.cursor];
  return (compareCells(x.bytes, x.at, x.mvcc, y.bytes, y.at, y.mvcc) || b.rank - a.rank) < 0;
}

/** Merges cursors into a sink, as {@link MergedCells} does; answers how many cells were the same as another. */
export async function mergeRuns(cursors: readonly CellCursor[], sink: CellSink): Promise<{ duplicates: number }> {
  const merged = new MergedCells(cursors);
  await pourCells(merged, sink);
  return { duplicates: merged.duplicates };
}
