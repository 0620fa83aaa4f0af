/** Least bytes of a key: the lengths of row and family, timestamp, type. */
export const LEAST_KEY_BYTES = 12;

/**
 * CellComparator on the key bytes of two cells, `a[aAt, aEnd)` and `b[bAt, bEnd)`: row, family, qualifier ascending,
 * timestamp and type descending; mvcc is no part of a key. The keys must have been checked to hold what their lengths say.
 */
export function compareKeys(
  a: Uint8Array,
  aAt: number,
  aEnd: number,
  b: Uint8Array,
  bAt: number,
  bEnd: number,
): number {
  const aRow = aAt + 2;
  const bRow = bAt + 2;
  const aFamily = aRow + ((a[aAt]! << 8) | a[aAt + 1]!);
  const bFamily = bRow + ((b[bAt]! << 8) | b[bAt + 1]!);
  const row = compareBytes(a, aRow, aFamily, b, bRow, bFamily);
  if (row !== 0) return row;
  const aQualifier = aFamily + 1 + a[aFamily]!;
  const bQualifier = bFamily + 1 + b[bFamily]!;
  // The key of type Minimum without column ends its row.
  const aLast = a[aEnd - 1] === 0 && aEnd - aFamily === 10;
  const bLast = b[bEnd - 1] === 0 && bEnd - bFamily === 10;
  if (aLast !== bLast) return aLast ? 1 : -1;
  const family = compareBytes(a, aFamily + 1, aQualifier, b, bFamily + 1, bQualifier);
  if (family !== 0) return family;
  const qualifier = compareBytes(a, aQualifier, aEnd - 9, b, bQualifier, bEnd - 9);
  if (qualifier !== 0) return qualifier;
  // Timestamps are not negative, so their bytes have the order of their values; type follows in the same direction.
  return compareBytes(b, bEnd - 9, bEnd, a, aEnd - 9, aEnd);
}

/** Whether two checked keys have the same row; of equal length in bytes or not. */
export function isSameRow(a: Uint8Array, aAt: number, b: Uint8Array, bAt: number): boolean {
  const aEnd = aAt + 2 + ((a[aAt]! << 8) | a[aAt + 1]!);
  const bEnd = bAt + 2 + ((b[bAt]! << 8) | b[bAt + 1]!);
  return aEnd - aAt === bEnd - bAt && compareBytes(a, aAt, aEnd, b, bAt, bEnd) === 0;
}

/** Whether two checked keys of one family have the same row and qualifier. */
export function isSameColumn(
  a: Uint8Array,
  aAt: number,
  aEnd: number,
  b: Uint8Array,
  bAt: number,
  bEnd: number,
): boolean {
  return aEnd - aAt === bEnd - bAt && compareBytes(a, aAt, aEnd - 9, b, bAt, bEnd - 9) === 0;
}

/** Whether key bytes hold what their lengths say, so that {@link compareKeys} may be asked. */
export function isKey(key: Uint8Array): boolean {
  return isKeyWithin(key, 0, key.length);
}

/** {@link isKey} of `bytes[at, end)`. Row lengths are Java's signed shorts, family lengths its signed bytes. */
export function isKeyWithin(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < LEAST_KEY_BYTES || bytes[at]! > 127) return false;
  const family = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
  return family + 10 <= end && bytes[family]! <= 127 && family + 10 + bytes[family]! <= end;
}

export function compareBytes(
  a: Uint8Array,
  aAt: number,
  aEnd: number,
  b: Uint8Array,
  bAt: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aAt, bEnd - bAt);
  for (let i = 0; i < length; i++) {
    const difference = a[aAt + i]! - b[bAt + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aAt - (bEnd - bAt);
}
