/**
 * A stream of cells that stands on one of them. A cell is `bytes[at, end)` as a write-ahead log has it: int32 key
 * length, int32 value length, key, value, and only if it has tags a uint16 length and the tags; its mvcc stands beside it.
 */
export interface CellCursor {
  /** What the cell lies in until the next {@link advance}. Nobody writes to it while the cursor is in use. */
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  /** Sequence id; a safe integer. */
  readonly mvcc: number;
  /** Goes to the next cell, at first to the first one; false behind the last. A promise only where bytes have to be fetched. */
  advance(): boolean | Promise<boolean>;
}

/** Takes a cell, whose bytes it may use until it returns; a promise is to be awaited before the next one. */
export type CellSink = (bytes: Uint8Array, at: number, end: number, mvcc: number) => Promise<void> | undefined;

/** Hands all cells of a cursor on. */
export async function pourCells(cursor: CellCursor, sink: CellSink): Promise<void> {
  for (;;) {
    const more = cursor.advance();
    if (!(typeof more === 'boolean' ? more : await more)) return;
    const full = sink(cursor.bytes, cursor.at, cursor.end, cursor.mvcc);
    if (full !== undefined) await full;
  }
}
