import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pourCells } from '../../../../../core/hbase/hfile/cell-cursor.ts';
import { CellSorter } from '../../../../../core/hbase/hfile/cell-sorter.ts';
import { mergeRuns } from '../../../../../core/hbase/hfile/merge-runs.ts';
import { RunReader } from '../../../../../core/hbase/hfile/run-reader.ts';
import { RunWriter, type RunWriterOptions } from '../../../../../core/hbase/hfile/run-writer.ts';
import {
  cellsOf,
  cursorOf,
  inOrder,
  type MadeCell,
  makeCell,
  memorySink,
  printed,
  someCell,
  sourceOf,
  TTL_TAG,
} from './made-cells.ts';

async function madeRun(cells: Iterable<MadeCell>, options: RunWriterOptions = {}) {
  const { sink, content } = memorySink();
  const writer = new RunWriter(sink, options);
  await pourCells(cursorOf(cells), (bytes, at, end, mvcc) => writer.append(bytes, at, end, mvcc));
  const summary = await writer.finish();
  return { ...summary, bytes: content() };
}

const manyCells = fc.array(someCell, { maxLength: 200 });

test('cells of several groups, sorted within a budget, written as runs and merged, are the cells in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(3, 0, 70_000), someCell), { maxLength: 300 }),
      fc.constantFrom(300, 2000, 1 << 20),
      fc.record({ frameBytes: fc.constantFrom(1, 100, 1 << 18) }),
      async (made, budgetBytes, options) => {
        const sorter = new CellSorter(budgetBytes);
        const runs = new Map<number, Buffer[]>();
        const spill = async () => {
          for (const { group, cells } of sorter.sorted()) {
            const list = await cellsOf(cells);
            runs.set(group, [...(runs.get(group) ?? []), (await madeRun(list, options)).bytes]);
          }
          sorter.clear();
        };
        for (const [group, { bytes, mvcc }] of made) {
          if (sorter.add(group, bytes, 0, bytes.length, mvcc)) continue;
          await spill();
          expect(sorter.add(group, bytes, 0, bytes.length, mvcc)).toBe(true);
        }
        await spill();
        for (const group of [3, 0, 70_000]) {
          const merged: MadeCell[] = [];
          const readers = (runs.get(group) ?? []).map((bytes) => new RunReader(sourceOf(bytes), { windowBytes: 64 }));
          await mergeRuns(readers, (bytes, at, end, mvcc) => {
            merged.push({ bytes: Buffer.from(bytes.subarray(at, end)), mvcc });
            return undefined;
          });
          expect(printed(merged)).toEqual(printed(inOrder(made.filter(([g]) => g === group).map(([, cell]) => cell))));
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('of cells that are the same the last one is kept, of one batch and across runs, and counted', async () => {
  const [early, late] = ['early', 'late'].map((value) => makeCell({ row: 'r', value, mvcc: 5 })) as [
    MadeCell,
    MadeCell,
  ];
  const other = makeCell({ row: 'r', value: 'newer', mvcc: 6 });
  const sorter = new CellSorter(1 << 20);
  for (const { bytes, mvcc } of [early, other, late]) sorter.add(0, bytes, 0, bytes.length, mvcc);
  for (const { cells } of sorter.sorted()) expect(await cellsOf(cells)).toEqual([other, late]);
  const merged: MadeCell[] = [];
  const sink = (bytes: Uint8Array, at: number, end: number, mvcc: number) => {
    merged.push({ bytes: Buffer.from(bytes.subarray(at, end)), mvcc });
    return undefined;
  };
  expect(await mergeRuns([cursorOf([other, early]), cursorOf([late])], sink)).toEqual({ duplicates: 1 });
  expect(merged).toEqual([other, late]);
});

test('a run says what it holds', async () => {
  const cells = [makeCell({ row: 'a', mvcc: 2 ** 45 }), makeCell({ row: 'b', tags: TTL_TAG })];
  const { bytes, sizeBytes, ...facts } = await madeRun(cells);
  expect(sizeBytes).toBe(bytes.length);
  const cellBytes = cells.reduce((sum, cell) => sum + cell.bytes.length, 0);
  expect(facts).toEqual({ cells: 2, cellBytes, maxMvcc: 2 ** 45, maxTagBytes: TTL_TAG.length });
});

test('a flipped bit, a cut and bytes behind the end are found in every place', async () => {
  const { bytes } = await madeRun(inOrder(fc.sample(someCell, { numRuns: 30, seed: 1 })), { frameBytes: 300 });
  const read = (damaged: Buffer) => cellsOf(new RunReader(sourceOf(damaged), { windowBytes: 100 }));
  expect((await read(bytes)).length).toBeGreaterThan(20);
  for (let at = 0; at < bytes.length; at += 3) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1 << (at & 7);
    await expect(read(flipped)).rejects.toMatchObject({ name: 'RunCorrupt' });
    if (at % 8 === 0) await expect(read(bytes.subarray(0, at))).rejects.toMatchObject({ name: 'RunCorrupt' });
  }
  await expect(read(Buffer.concat([bytes, Buffer.alloc(1)]))).rejects.toMatchObject({ name: 'RunCorrupt' });
});

test('a merge holds two windows and a frame of each run, not the runs', async () => {
  const list = Array.from({ length: 3000 }, (_, i) =>
    makeCell({ row: String(i).padStart(6, '0'), value: Buffer.alloc(100) }),
  );
  const sources = await Promise.all(
    [0, 1, 2].map(async (n) =>
      sourceOf(
        (
          await madeRun(
            list.filter((_, i) => i % 3 === n),
            { frameBytes: 4096 },
          )
        ).bytes,
      ),
    ),
  );
  let seen = 0;
  await mergeRuns(
    sources.map((source) => new RunReader(source, { windowBytes: 8192 })),
    () => {
      // At the middle of each run no more than its half and three windows were fetched.
      if (++seen === 1500) for (const { reads } of sources) expect(reads.length * 8192).toBeLessThan(75_000 + 5 * 8192);
      return undefined;
    },
  );
  expect(seen).toBe(3000);
});

test('sorting keeps to the definition where rows share long beginnings', () => {
  fc.assert(
    fc.property(manyCells, (cells) => {
      const sorter = new CellSorter(1 << 20);
      for (const { bytes, mvcc } of cells) sorter.add(1, bytes, 0, bytes.length, mvcc);
      const sorted: MadeCell[] = [];
      for (const { cells: cursor } of sorter.sorted())
        while (cursor.advance())
          sorted.push({ bytes: Buffer.from(cursor.bytes.subarray(cursor.at, cursor.end)), mvcc: cursor.mvcc });
      expect(printed(sorted)).toEqual(printed(inOrder(cells)));
    }),
  );
});

test.each([
  ['spread evenly', (i: number) => ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, '0')],
  ['in clusters', (i: number) => `${i % 3 === 0 ? 'a' : 'zzzzz'}${String((i * 7919) % 400).padStart(4, '0')}`],
  ['all but one alike', (i: number) => (i === 77 ? 'b' : `aaaaaaaa${(i * 7919) % 500}`)],
])('sorting many rows, %s, of one group among others', async (_, row) => {
  const cells = Array.from({ length: 1000 }, (_, i) => makeCell({ row: row(i), mvcc: i + 1 }));
  const sorter = new CellSorter(1 << 30);
  for (const [i, { bytes, mvcc }] of cells.entries()) {
    sorter.add(i % 2 === 0 ? 0 : 4, bytes, 0, bytes.length, mvcc);
    // Every other cell stays where it lies.
    expect(sorter[i % 4 < 2 ? 'keep' : 'add'](2, bytes, 0, bytes.length, mvcc)).toBe(true);
  }
  const sorted = await Promise.all(
    Array.from(sorter.sorted(), async ({ group, cells: of }) => ({ group, cells: await cellsOf(of) })),
  );
  expect(sorted.map(({ group }) => group)).toEqual([0, 2, 4]);
  expect(printed(sorted[1]!.cells)).toEqual(printed(inOrder(cells)));
  expect(printed(sorted[0]!.cells)).toEqual(printed(inOrder(cells.filter((_, i) => i % 2 === 0))));
});

test('memory that is kept counts as a whole, and once', () => {
  const cells = ['a', 'b', 'c'].map((row) => makeCell({ row }));
  const memory = new Uint8Array(Buffer.concat([...cells.map(({ bytes }) => bytes), Buffer.alloc(1000)]));
  const sorter = new CellSorter(2000);
  const length = cells[0]!.bytes.length;
  for (const i of [0, 1, 2]) expect(sorter.keep(0, memory, i * length, (i + 1) * length, 1)).toBe(true);
  const other = new Uint8Array(memory);
  expect(sorter.keep(0, other, 0, length, 1)).toBe(false);
  sorter.clear();
  expect(sorter.keep(0, other, 0, length, 1)).toBe(true);
});
