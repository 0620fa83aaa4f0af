import { compareKeys } from './key-order.ts';

/**
 * CellComparator on two cells, each `bytes[at, …)` as {@link CellCursor} has them and checked: by key, then the higher
 * mvcc first.
 */
export function compareCells(
  a: Uint8Array,
  aAt: number,
  aMvcc: number,
  b: Uint8Array,
  bAt: number,
  bMvcc: number,
): number {
  const key = compareKeys(a, aAt + 8, aAt + 8 + int32(a, aAt), b, bAt + 8, bAt + 8 + int32(b, bAt));
  return key !== 0 ? key : bMvcc - aMvcc;
}

export function int32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
}
