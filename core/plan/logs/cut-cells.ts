import type { CellCursor } from '../../hbase/hfile/cell-cursor.ts';

/** The cells of a run below a sequence id: what comes from it on was written after the boundary. */
export class CutCells implements CellCursor {
  readonly #cells: CellCursor;
  readonly #below: number;

  constructor(cells: CellCursor, below: number) {
    this.#cells = cells;
    this.#below = below;
  }

  get bytes(): Uint8Array {
    return this.#cells.bytes;
  }
  get at(): number {
    return this.#cells.at;
  }
  get end(): number {
    return this.#cells.end;
  }
  get mvcc(): number {
    return this.#cells.mvcc;
  }

  advance(): boolean | Promise<boolean> {
    for (;;) {
      const more = this.#cells.advance();
      if (typeof more !== 'boolean') return this.#resume(more);
      if (!more) return false;
      if (this.#cells.mvcc < this.#below) return true;
    }
  }

  async #resume(more: Promise<boolean>): Promise<boolean> {
    if (!(await more)) return false;
    if (this.#cells.mvcc < this.#below) return true;
    return this.advance();
  }
}
