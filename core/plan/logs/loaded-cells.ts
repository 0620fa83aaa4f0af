import type { CellCursor } from '../../hbase/hfile/cell-cursor.ts';

/** The cells of a bulk-loaded file: HBase reads every one of them as if it had the sequence id of the load. */
export class LoadedCells implements CellCursor {
  readonly mvcc: number;
  readonly #cells: CellCursor;

  constructor(cells: CellCursor, sequenceId: number) {
    this.#cells = cells;
    this.mvcc = sequenceId;
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

  advance(): boolean | Promise<boolean> {
    return this.#cells.advance();
  }
}
