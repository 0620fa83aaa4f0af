import { EntryFault } from './entry-fault.ts';

/** Minimum 0, Put 4, Delete 8, DeleteFamilyVersion 10, DeleteColumn 12, DeleteFamily 14, Maximum 255. */
const TYPES = new Uint8Array(256);
for (const type of [0, 4, 8, 10, 12, 14, 255]) TYPES[type] = 1;

/** Least key: lengths of row and family, timestamp, type. */
export const LEAST_KEY = 12;

/**
 * Checks that `b[at, end)` is one KeyValue: keyLen, valueLen, key, value, and tags with their length if any bytes remain
 * (KeyValueUtil.checkKeyValueBytes). True if it is a marker of HBase's own (family METAFAMILY) and no cell of a table.
 * @throws EntryFault
 */
export function isMarkerKeyValue(b: Uint8Array, at: number, end: number): boolean {
  if (end - at < 8 + LEAST_KEY) throw new EntryFault(at, `a cell of ${end - at} bytes`);
  const keyBytes = int32(b, at);
  const valueBytes = int32(b, at + 4);
  const keyAt = at + 8;
  const keyEnd = keyAt + keyBytes;
  const valueEnd = keyEnd + valueBytes;
  if (keyBytes < LEAST_KEY || valueBytes < 0 || valueEnd > end) {
    throw new EntryFault(
      at,
      `a cell of ${end - at} bytes with a key of ${keyBytes} and a value of ${valueBytes} bytes`,
    );
  }
  const familyAt = keyAt + 2 + ((b[keyAt]! << 8) | b[keyAt + 1]!);
  // Row lengths are Java's signed shorts, family lengths its signed bytes.
  if (b[keyAt]! > 127 || familyAt + 10 > keyEnd || b[familyAt]! > 127 || familyAt + 10 + b[familyAt]! > keyEnd) {
    throw new EntryFault(keyAt, 'a row or family beyond its key');
  }
  if (b[keyEnd - 9]! > 127) throw new EntryFault(keyEnd - 9, 'a negative timestamp');
  if (TYPES[b[keyEnd - 1]!] === 0) throw new EntryFault(keyEnd - 1, `cell type ${b[keyEnd - 1]}`);
  if (valueEnd < end) checkTags(b, valueEnd, end);
  return b[familyAt] === 10 && isMetaFamily(b, familyAt + 1);
}

function checkTags(b: Uint8Array, at: number, end: number): void {
  const length = (b[at]! << 8) | b[at + 1]!;
  if (end - at < 2 || at + 2 + length !== end) throw new EntryFault(at, `${end - at} bytes behind a value are no tags`);
  for (let p = at + 2; p < end; ) {
    const tag = p + 2 > end ? 0 : (b[p]! << 8) | b[p + 1]!;
    p += 2 + tag;
    if (tag === 0 || p > end) throw new EntryFault(at, 'a tag that does not fit');
  }
}

const META_FAMILY = new Uint8Array([...'METAFAMILY'].map((letter) => letter.charCodeAt(0)));

function isMetaFamily(b: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (b[at + i] !== META_FAMILY[i]) return false;
  return true;
}

export function int32(b: Uint8Array, at: number): number {
  return (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!;
}
