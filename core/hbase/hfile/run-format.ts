import { Buffer } from 'node:buffer';

/*
 * A run: magic, frames, one last frame of kind `end`. A frame: three uint32, which are its kind, the bytes that follow,
 * a CRC-32 of these two and of those bytes; then the bytes. A cell in a frame: uint32 length, uint64 mvcc, the cell as
 * CellCursor has it. The last frame: uint64 cells, bytes of cells, highest mvcc, longest tags. Nothing is compressed:
 * a run is read once, over a network that is faster than any codec.
 */
export const RUN_MAGIC = Buffer.from('HFRUN\0\0\u0002', 'latin1');
export const FRAME_HEADER_BYTES = 12;
export const CELL_HEADER_BYTES = 12;
export const END_BYTES = 32;

export const FRAME_KINDS = { cells: 1, end: 2 } as const;

/** What a run holds. */
export interface RunFacts {
  readonly cells: number;
  readonly cellBytes: number;
  readonly maxMvcc: number;
  /** 0: no cell has tags. */
  readonly maxTagBytes: number;
}
