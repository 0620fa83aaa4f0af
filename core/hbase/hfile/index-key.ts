import { Buffer } from 'node:buffer';

/** Latest timestamp and type Maximum: the end of a key that sorts before every cell of its row or column. */
const FIRST_OF = Buffer.from('7fffffffffffffffff', 'hex');

/** Key bytes that sort before every cell of the row, or of the column; as HBase's createFirstOnRow and -RowCol make them. */
export function firstKeyOn(row: Uint8Array, family: Uint8Array, qualifier: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(12 + row.length + family.length + qualifier.length);
  key.writeUInt16BE(row.length, 0);
  key.set(row, 2);
  key[2 + row.length] = family.length;
  key.set(family, 3 + row.length);
  key.set(qualifier, 3 + row.length + family.length);
  key.set(FIRST_OF, key.length - 9);
  return key;
}

const NONE = Buffer.alloc(0);

/**
 * A short key `m` with `left < m <= right` for the index entry of the block that begins with `right`; HFileWriterImpl's
 * getMidpoint. Both are key bytes of one family, `left` the last of the block before.
 */
export function midpointKey(left: Buffer, right: Buffer): Buffer {
  const [leftKey, rightKey] = [partsOf(left), partsOf(right)];
  if (!leftKey.row.equals(rightKey.row)) return firstKeyOn(between(leftKey.row, rightKey.row), NONE, NONE);
  if (leftKey.qualifier.equals(rightKey.qualifier)) return Buffer.from(right);
  return firstKeyOn(rightKey.row, rightKey.family, between(leftKey.qualifier, rightKey.qualifier));
}

function partsOf(key: Buffer): { row: Buffer; family: Buffer; qualifier: Buffer } {
  const familyAt = 2 + key.readUInt16BE(0);
  const qualifierAt = familyAt + 1 + key[familyAt]!;
  return {
    row: key.subarray(2, familyAt),
    family: key.subarray(familyAt + 1, qualifierAt),
    qualifier: key.subarray(qualifierAt, key.length - 9),
  };
}

/** The shortest prefix of `right`, or of `left` with its last byte raised, that is greater than `left`, which is less than `right`. */
function between(left: Buffer, right: Buffer): Buffer {
  let i = 0;
  while (i < left.length && left[i] === right[i]) i++;
  const middle = Buffer.from(right.subarray(0, i + 1));
  if (i < left.length) middle[i] = left[i]! + 1;
  return middle;
}
