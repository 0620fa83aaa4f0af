import { compareCells } from './cell-order.ts';

/** Cells in pieces of memory, by index. */
export interface CellsToSort {
  readonly pieces: readonly Uint8Array[];
  readonly count: number;
  /** {@link RECORD} words of each cell, so that to look at one is to fetch one line of the cache. */
  readonly records: Uint32Array;
}

/** Words of a record, and what is where: piece, start and end in it, group, mvcc in two halves. */
export const RECORD = { words: 8, piece: 0, start: 1, end: 2, group: 3, mvccHigh: 4, mvccLow: 5 } as const;

/** Bytes of a row that fit into a sort key: a float64 holds 53 bits. */
const PREFIX_BYTES = 6;

/**
 * The indexes of the cells by group, then in HBase's order; of equal cells the later one first. Merge sort on numbers:
 * six bytes of the row, behind what all rows of the group share, decide most comparisons without a look at the cells.
 * Before it cells are spread over buckets by that number, which leaves nothing to merge where rows are spread evenly.
 */
export function sortIndexes(cells: CellsToSort): Uint32Array {
  const indexes = byGroup(cells);
  const keys = new Float64Array(cells.count);
  const spare = { indexes: new Uint32Array(cells.count), keys: new Float64Array(cells.count) };
  for (let from = 0; from < cells.count; ) {
    const group = groupOf(cells.records, indexes[from]!);
    let to = from + 1;
    while (to < cells.count && groupOf(cells.records, indexes[to]!) === group) to++;
    fillKeys(cells, indexes, keys, from, to);
    spread(indexes, keys, spare, from, to, (start, end) => sortRange(cells, indexes, keys, spare, start, end));
    // What is left lies within small buckets.
    insertionSort(cells, indexes, keys, from, to);
    from = to;
  }
  return indexes;
}

/** Stable, by counting: groups are small numbers, numbered as they come up. */
function byGroup({ count, records }: CellsToSort): Uint32Array {
  let greatest = 0;
  for (let i = 0; i < count; i++) greatest = Math.max(greatest, groupOf(records, i));
  if (greatest > MOST_COUNTED + 8 * count) return byAnyGroup(count, records);
  const next = new Uint32Array(greatest + 1);
  for (let i = 0; i < count; i++) next[groupOf(records, i)]!++;
  let start = 0;
  for (let group = 0; group <= greatest; group++) {
    const size = next[group]!;
    next[group] = start;
    start += size;
  }
  const indexes = new Uint32Array(count);
  for (let i = 0; i < count; i++) indexes[next[groupOf(records, i)]!++] = i;
  return indexes;
}

/** Groups up to here are counted in an array, however few cells there are. */
const MOST_COUNTED = 1 << 16;

function byAnyGroup(count: number, records: Uint32Array): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => groupOf(records, a) - groupOf(records, b) || a - b,
  );
}

function fillKeys(
  { pieces, records }: CellsToSort,
  indexes: Uint32Array,
  keys: Float64Array,
  from: number,
  to: number,
): void {
  const at = (i: number) => RECORD.words * indexes[i]!;
  const first = pieces[records[at(from)]!]!;
  const firstRow = records[at(from) + RECORD.start]! + 10;
  let shared = rowBytes(first, firstRow);
  for (let i = from + 1; i < to && shared > 0; i++) {
    const piece = pieces[records[at(i)]!]!;
    const row = records[at(i) + RECORD.start]! + 10;
    shared = Math.min(shared, rowBytes(piece, row));
    let same = 0;
    while (same < shared && first[firstRow + same] === piece[row + same]) same++;
    shared = same;
  }
  for (let i = from; i < to; i++) {
    const piece = pieces[records[at(i)]!]!;
    const row = records[at(i) + RECORD.start]! + 10;
    const end = row + rowBytes(piece, row);
    let key = 0;
    for (let p = row + shared, n = 0; n < PREFIX_BYTES; n++, p++) key = key * 256 + (p < end ? piece[p]! : 0);
    keys[i] = key;
  }
}

function groupOf(records: Uint32Array, i: number): number {
  return records[RECORD.words * i + RECORD.group]!;
}

/** The sequence id of the cell whose record begins at `at`. */
export function mvccAt(records: Uint32Array, at: number): number {
  return records[at + RECORD.mvccHigh]! * 2 ** 32 + records[at + RECORD.mvccLow]!;
}

function rowBytes(piece: Uint8Array, row: number): number {
  return (piece[row - 2]! << 8) | piece[row - 1]!;
}

/** Orders by bucket, which is the key in proportion, and has large buckets sorted; two cells a bucket if keys are spread evenly. */
function spread(
  indexes: Uint32Array,
  keys: Float64Array,
  spare: { indexes: Uint32Array; keys: Float64Array },
  from: number,
  to: number,
  sort: (start: number, end: number) => void,
): void {
  let least = Number.POSITIVE_INFINITY;
  let greatest = 0;
  for (let i = from; i < to; i++) {
    if (keys[i]! < least) least = keys[i]!;
    if (keys[i]! > greatest) greatest = keys[i]!;
  }
  const buckets = Math.ceil((to - from) / 2);
  if (to - from <= 4 * PIECE || least === greatest) {
    sort(from, to);
    return;
  }
  // Not decreasing, whatever is rounded: a lesser key is never in a later bucket.
  const scale = (buckets - 1) / (greatest - least);
  const next = new Uint32Array(buckets + 1);
  for (let i = from; i < to; i++) next[Math.floor((keys[i]! - least) * scale)]!++;
  let start = from;
  for (let bucket = 0; bucket <= buckets; bucket++) {
    const size = next[bucket]!;
    next[bucket] = start;
    start += size;
  }
  for (let i = from; i < to; i++) {
    const place = next[Math.floor((keys[i]! - least) * scale)]!++;
    spare.indexes[place] = indexes[i]!;
    spare.keys[place] = keys[i]!;
  }
  indexes.set(spare.indexes.subarray(from, to), from);
  keys.set(spare.keys.subarray(from, to), from);
  // Each place is now the end of its bucket.
  for (let bucket = 0, begin = from; bucket <= buckets; bucket++) {
    if (next[bucket]! - begin > PIECE) sort(begin, next[bucket]!);
    begin = next[bucket]!;
  }
}

/** Pieces of this length are sorted by insertion. */
const PIECE = 12;

function sortRange(
  cells: CellsToSort,
  indexes: Uint32Array,
  keys: Float64Array,
  spare: { indexes: Uint32Array; keys: Float64Array },
  from: number,
  to: number,
): void {
  for (let start = from; start < to; start += PIECE)
    insertionSort(cells, indexes, keys, start, Math.min(start + PIECE, to));
  let [source, sourceKeys, target, targetKeys] = [indexes, keys, spare.indexes, spare.keys];
  for (let width = PIECE; width < to - from; width *= 2) {
    for (let start = from; start < to; start += 2 * width) {
      const middle = Math.min(start + width, to);
      const end = Math.min(start + 2 * width, to);
      let [a, b, o] = [start, middle, start];
      while (a < middle && b < end) {
        const difference = sourceKeys[a]! - sourceKeys[b]!;
        const takesA = difference < 0 || (difference === 0 && compare(cells, source[a]!, source[b]!) < 0);
        const i = takesA ? a++ : b++;
        target[o] = source[i]!;
        targetKeys[o++] = sourceKeys[i]!;
      }
      const rest = a < middle ? a : b;
      target.set(source.subarray(rest, rest + end - o), o);
      targetKeys.set(sourceKeys.subarray(rest, rest + end - o), o);
    }
    [source, sourceKeys, target, targetKeys] = [target, targetKeys, source, sourceKeys];
  }
  if (source === indexes) return;
  indexes.set(source.subarray(from, to), from);
  keys.set(sourceKeys.subarray(from, to), from);
}

function insertionSort(cells: CellsToSort, indexes: Uint32Array, keys: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const [index, key] = [indexes[i]!, keys[i]!];
    let at = i;
    while (
      at > from &&
      (keys[at - 1]! > key || (keys[at - 1] === key && compare(cells, indexes[at - 1]!, index) > 0))
    ) {
      indexes[at] = indexes[at - 1]!;
      keys[at] = keys[at - 1]!;
      at--;
    }
    indexes[at] = index;
    keys[at] = key;
  }
}

function compare({ pieces, records }: CellsToSort, a: number, b: number): number {
  const [x, y] = [RECORD.words * a, RECORD.words * b];
  const [xStart, yStart] = [records[x + RECORD.start]!, records[y + RECORD.start]!];
  const [xPiece, yPiece] = [pieces[records[x]!]!, pieces[records[y]!]!];
  return compareCells(xPiece, xStart, mvccAt(records, x), yPiece, yStart, mvccAt(records, y)) || b - a;
}
