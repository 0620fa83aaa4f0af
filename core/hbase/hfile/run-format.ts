import { Buffer } from 'node:buffer';

/*
 * A run: magic, frames, one last frame of kind `end`. A frame: four uint32, which are its kind, the bytes stored, the
 * bytes after decompression, a CRC-32 of these three and the stored bytes; then the stored bytes. A cell in a frame:
 * uint32 length, uint64 mvcc, the cell as CellCursor has it. The last frame: uint64 cells, bytes of cells, highest mvcc, longest tags.
 */
export const RUN_MAGIC = Buffer.from('HFRUN\0\0\u0001', 'latin1');
export const FRAME_HEADER_BYTES = 16;
export const CELL_HEADER_BYTES = 12;
export const END_BYTES = 32;

export const FRAME_KINDS = { plain: 1, zstd: 2, end: 3 } as const;

/** Zlib's pieces of output, 16 kB unless it is told, are joined by a copy: one is enough for a frame of common size. */
export const chunkBytes = (frameBytes: number): number => Math.min(Math.max(frameBytes, 64), 1 << 20);

/** What a run holds. */
export interface RunFacts {
  readonly cells: number;
  readonly cellBytes: number;
  readonly maxMvcc: number;
  /** 0: no cell has tags. */
  readonly maxTagBytes: number;
}
