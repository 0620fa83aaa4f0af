import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HFileReader, type HFileReaderOptions } from '../../../../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../../../../core/hbase/hfile/hfile-scanner.ts';
import { fixture } from '../../../../support/fixture.ts';
import { cellsOf, inOrder, madeHFile, makeCell, printed, someCell, sourceOf } from './made-cells.ts';

const rowOf = (bytes: Buffer) => bytes.subarray(10, 10 + bytes.readUInt16BE(8));
const scan = async (bytes: Buffer, range = {}, options: HFileReaderOptions = {}) =>
  cellsOf(new HFileScanner(await HFileReader.open(sourceOf(bytes), options), range));
const rows = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    makeCell({ row: `row-${String(2 * i).padStart(7, '0')}`, value: Buffer.alloc(100, i) }),
  );
const row = (i: number) => Buffer.from(`row-${String(i).padStart(7, '0')}`);
const only = (one: Buffer) => ({ startRow: one, stopRow: Buffer.concat([one, Buffer.alloc(1)]) });

test('a range of rows is what a filter of all cells gives', async () => {
  const edge = fc.option(
    fc.oneof(fc.constantFrom('', 'a', 'ab', 'ab\0', 'prefix-2', 'zz'), fc.string({ maxLength: 3 })),
    { nil: undefined },
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(someCell, { maxLength: 80 }),
      edge,
      edge,
      fc.constantFrom(1, 200),
      async (made, from, to, blockBytes) => {
        const cells = inOrder(made);
        const { bytes } = await madeHFile(cells, { blockBytes, index: { chunkBytes: 100, minEntries: 2 } });
        const [startRow, stopRow] = [from, to].map((text) => (text === undefined ? undefined : Buffer.from(text)));
        const expected = cells.filter(({ bytes: cell }) => {
          const at = rowOf(cell);
          return (
            (startRow === undefined || at.compare(startRow) >= 0) && (stopRow === undefined || at.compare(stopRow) < 0)
          );
        });
        expect(printed(await scan(bytes, { startRow, stopRow }, { tailBytes: 4096, windowBytes: 300 }))).toEqual(
          printed(expected),
        );
      },
    ),
    { numRuns: 200 },
  );
});

describe('one row out of a file with an index of several levels', async () => {
  const index = { chunkBytes: 1024, minEntries: 4 };
  const { bytes } = await madeHFile(rows(20_000), { blockBytes: 1024, index, bloomChunkBytes: 4096 });
  const readsOf = async (one: Buffer, tailBytes = 64 << 10) => {
    const source = sourceOf(bytes);
    const reader = await HFileReader.open(source, { tailBytes });
    expect(reader.trailer.dataIndexLevels).toBe(3);
    const found = await cellsOf(new HFileScanner(reader, only(one)));
    return {
      found: found.length,
      reads: source.reads.length,
      bytes: source.reads.reduce((sum, length) => sum + length, 0),
    };
  };

  test('takes the tail, in which the upper index is too, a chunk of the bloom filter, a leaf and the data block', async () => {
    const { found, reads, bytes: read } = await readsOf(row(2000));
    expect({ found, reads }).toEqual({ found: 1, reads: 4 });
    expect(read).toBeLessThan(80_000);
  });

  test('that is not there takes the tail and a chunk', async () => {
    const misses = await Promise.all(Array.from({ length: 100 }, (_, i) => readsOf(row(2 * i + 1001))));
    expect(misses.every(({ found }) => found === 0)).toBe(true);
    // One in a hundred passes the filter by chance.
    expect(misses.filter(({ reads }) => reads > 2).length).toBeLessThan(8);
  });

  test('what is loaded on open may be larger than the tail', async () => {
    expect(await readsOf(row(2000), 4096)).toMatchObject({ found: 1, reads: 6 });
  });
});

test('cells that follow one another are read in growing windows, not block by block', async () => {
  const { bytes } = await madeHFile(rows(20_000), { blockBytes: 1024 });
  const source = sourceOf(bytes);
  const found = await cellsOf(new HFileScanner(await HFileReader.open(source), {}));
  expect(found.length).toBe(20_000);
  expect(source.reads.length).toBeLessThan(20);
});

test.each(['prefix', 'diff', 'fast-diff', 'row-index-v1'])(
  'blocks encoded by %s hold the cells of plain ones',
  async (name) => {
    const files = fixture('hfiles');
    const plain = await scan(files.get('encoded-none-tags')!);
    expect(plain.length).toBe(1552);
    expect(printed(await scan(files.get(`encoded-${name}-tags`)!))).toEqual(printed(plain));
  },
);

test('the rows of every file that HBase wrote are found by its bloom filter and its index', async () => {
  for (const [name, bytes] of fixture('hfiles')) {
    const reader = await HFileReader.open(sourceOf(bytes));
    const all = await cellsOf(new HFileScanner(reader, {}));
    expect(all.length, name).toBe(reader.trailer.entryCount);
    const step = Math.max(1, Math.floor(all.length / 25));
    for (let i = 0; i < all.length; i += step) {
      const wanted = rowOf(all[i]!.bytes);
      const found = await cellsOf(new HFileScanner(reader, only(wanted)));
      expect(found, name).toEqual(all.filter((cell) => rowOf(cell.bytes).equals(wanted)));
    }
  }
});

test('bytes changed at random end in the named error or in cells, nothing else', async () => {
  const files = [...fixture('hfiles').values()];
  const change = fc.tuple(fc.nat(1 << 20), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async (file, changes) => {
        const damaged = Buffer.from(file);
        for (const [at, value] of changes) damaged[damaged.length - 1 - (at % damaged.length)] = value;
        await scan(damaged, only(row(7))).catch((error: Error) =>
          expect(['HFileCorrupt', 'HFileUnreadable']).toContain(error.name),
        );
      },
    ),
    { numRuns: 200 },
  );
});
