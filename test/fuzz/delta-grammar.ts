import type { CellLayout } from '../../core/hbase/hfile/block-cells.ts';
import type { Random } from './random.ts';

/** A number that is right, or one that never is. */
const orElse = (random: Random, right: number): number =>
  random.below(25) > 0 ? right : random.of([0, 1, right + 1, 127, 128, 32_767, 32_768, 65_535, 2 ** 31 - 1]);

/** ByteBufferUtils.putCompressedInt. */
function compressedInt(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

const some = (random: Random, length: number): number[] =>
  Array.from({ length: Math.min(length, 500) }, () => random.below(256));

/** Key bytes: lengths that are right or not, rows that begin alike. */
function key(random: Random): number[] {
  const row = [...Buffer.from('row-'.repeat(random.below(3))), ...some(random, random.below(3))];
  const length = orElse(random, row.length);
  const qualifier = some(random, random.below(4));
  const time = [0, 0, 1, 139, 207, ...some(random, 3)];
  return [length >> 8, length & 255, ...row, orElse(random, 1) & 255, 102, ...qualifier, ...time, 4];
}

const sharedOf = (a: readonly number[], b: readonly number[]): number => {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
};

/**
 * A block as PREFIX, DIFF or FAST_DIFF writes it, of few cells, with any number of it now and then another: prefixes longer
 * than the key before, lengths that contradict each other, "the same as before" where nothing is before.
 */
export function deltaBlock(random: Random, { hasTags, hasCompressedTags, mvcc }: CellLayout): Uint8Array {
  const id = 2 + random.below(3);
  const out = [0, id, 0, 0, 0, 0];
  if (id === 3) out.push(1, 102);
  let before: number[] = [];
  let valueBefore = 0;
  for (let i = random.below(5); i >= 0; i--) {
    const next = key(random);
    const value = random.below(3) === 0 ? valueBefore : random.below(20);
    out.push(...cell(random, id, before, next, value, valueBefore));
    if (hasTags) out.push(...tags(random, hasCompressedTags));
    if (mvcc !== 'none') out.push(...random.of([[0], [5], [0x8e, 1, 0], [0x88, ...some(random, 8)]]));
    before = next;
    valueBefore = value;
  }
  return Buffer.from(out);
}

function cell(
  random: Random,
  id: number,
  before: readonly number[],
  next: readonly number[],
  valueBytes: number,
  valueBefore: number,
): number[] {
  const shared = orElse(random, Math.min(sharedOf(before, next), next.length - 9));
  if (id === 2) {
    const rest = next.length - Math.min(shared, next.length);
    return [
      ...compressedInt(orElse(random, rest)),
      ...compressedInt(orElse(random, valueBytes)),
      ...compressedInt(shared),
      ...next.slice(shared),
      ...some(random, valueBytes),
    ];
  }
  const isSameLength = before.length === next.length && random.below(2) === 0;
  const isSameValueLength = valueBefore === valueBytes && random.below(2) === 0;
  const [lengthBit, valueBit, typeBit] = id === 3 ? [1, 2, 4] : [8, 16, 32];
  let flag = (isSameLength ? lengthBit : 0) | (isSameValueLength ? valueBit : 0);
  if (before.length > 0 && random.below(2) === 0) flag |= typeBit;
  const sameTimestamp = id === 4 ? random.below(before.length > 0 ? 8 : 1) : 0;
  if (id === 3) flag |= 0x70 | (before.length > 0 && random.below(2) === 0 ? 8 : 0);
  else flag |= sameTimestamp | (isSameValueLength && random.below(2) === 0 ? 64 : 0);
  if (random.below(25) === 0) flag = random.below(256);
  const middle: number[] = [];
  if (!isSameLength) middle.push(...compressedInt(orElse(random, next.length)));
  if (!isSameValueLength) middle.push(...compressedInt(orElse(random, valueBytes)));
  const rowEnd = 2 + next[0]! * 256 + next[1]!;
  const column = next.slice(0, -9);
  const isSameRow = before.length > 0 && shared >= 2 + before[0]! * 256 + before[1]!;
  // The family stands in the first key only, in DIFF before all keys.
  const isWhole = (id === 4 && before.length === 0) || isSameRow;
  const rest = isWhole ? column.slice(shared) : [...column.slice(shared, rowEnd), ...column.slice(rowEnd + 2)];
  return [
    flag,
    ...middle,
    ...compressedInt(shared),
    ...rest,
    ...some(random, id === 3 ? ((flag >> 4) & 7) + 1 : 8 - (flag & 7)),
    ...((flag & typeBit) === 0 ? [next.at(-1)!] : []),
    ...((flag & 64) !== 0 && id === 4 ? [] : some(random, valueBytes)),
  ];
}

function tags(random: Random, isCompressed: boolean): number[] {
  const tag = [9, ...some(random, random.below(4))];
  if (random.below(2) === 0) return [0];
  const length = orElse(random, 2 + tag.length);
  if (!isCompressed) return [...compressedInt(length), 0, tag.length, ...tag];
  return random.below(2) === 0
    ? [...compressedInt(length), 255, ...compressedInt(orElse(random, tag.length)), ...tag]
    : [...compressedInt(length), 0, random.below(3)];
}
