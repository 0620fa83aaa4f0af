import { describe, expect, test } from 'vitest';
import { formatBytesBinary, parseBytesBinary } from '../../../../../core/hbase/bytes-binary.ts';
import { encodedRegionName, mobRegionName } from '../../../../../core/hbase/region-info.ts';
import { parseColumns, parseRows } from '../../../../../core/hbase/scan/scan-request.ts';
import { madeHFile, makeCell } from '../hfile/made-cells.ts';
import { asRead, scanOf } from './fixture-scan.ts';
import { type MadeFile, madeManifest, regionInfo, scanMade, table } from './made-region.ts';

const bytes = (text: string) => Buffer.from(text);
const rowAt = (i: number) => `row-${String(i).padStart(6, '0')}`;
/** One value of 100 bytes a row; `from`, `from + step`, … */
const rows = (from: number, step: number, count: number, value: string) =>
  Array.from({ length: count }, (_, i) =>
    makeCell({ row: rowAt(from + i * step), value: value.padEnd(100), mvcc: 5, timestamp: 7n }),
  );
/** An index of several levels, as files of hundreds of megabytes have. */
const large = { blockBytes: 1024, index: { chunkBytes: 1024, minEntries: 4 }, bloomChunkBytes: 4096 };
const one = (row: string) => parseRows({ row });

describe('one row of a region with files whose index has several levels', async () => {
  const quarters = await Promise.all(
    ['a', 'b', 'c', 'd'].map((value, i) => madeHFile(rows(i, 4, 10_000, value), large)),
  );
  const later = await madeHFile(rows(50_000, 4, 5_000, 'later'), large);
  const again = await Promise.all(['x', 'y', 'z'].map((value) => madeHFile(rows(0, 1, 10_000, value), large)));
  const scanOne = async (files: readonly MadeFile[], row: string) => {
    const { cells, reads } = await scanMade(madeManifest([{ info: regionInfo(), files }], { VERSIONS: '9' }), one(row));
    return [cells.map(({ text }) => text.value?.trim()).join(), reads];
  };

  test('takes 9 ranged reads with three files, whichever of them have it: a tail, a leaf and a block of each', async () => {
    expect(await scanOne(again, rowAt(4_000))).toEqual(['z', 9]);
    expect(await scanOne(quarters.slice(0, 3), rowAt(4_000))).toEqual(['a', 9]);
    expect(await scanOne(quarters.slice(0, 3), rowAt(4_003))).toEqual(['', 9]);
  });

  test('takes 10 with four files of which one has it: bloom filters exclude the others', async () => {
    expect(await scanOne(quarters, rowAt(4_002))).toEqual(['c', 10]);
  });

  test('takes one read of a file whose rows are all behind it', async () => {
    expect(await scanOne([...quarters.slice(0, 2), later], rowAt(4_001))).toEqual(['b', 7]);
  });
});

test('a damaged block fails the scan that needs it, with the name of the file, and no other', async () => {
  const file = await madeHFile(rows(0, 1, 3_000, 'a'), large);
  file.bytes[200]! ^= 1;
  const info = regionInfo();
  const made = madeManifest([{ info, files: [file] }]);
  await expect(scanMade(made)).rejects.toMatchObject({
    name: 'ImageDamaged',
    message: expect.stringMatching(new RegExp(`^default/t/${encodedRegionName(info)}/f/0+1: data block at byte 0: `)),
  });
  expect((await scanMade(made, one(rowAt(2_000)))).cells).toHaveLength(1);
});

test('of a bulk-loaded file the id of its load decides, in its name or that of a link or reference', async () => {
  const kind = { kind: 'bulk-load-file', sourceTask: 'x' } as const;
  const cell = (value: string, mvcc: number) => [makeCell({ row: 'r', value, mvcc })];
  const loaded = { ...(await madeHFile(cell('loaded', 0), { kind })), name: `${'a'.repeat(32)}_SeqId_17_` };
  const seen = async (mvcc: number) => {
    const made = madeManifest([{ info: regionInfo(), files: [loaded, await madeHFile(cell('flushed', mvcc))] }]);
    return (await scanMade(made)).cells.map(({ text, mvcc: id }) => `${text.value} ${id}`);
  };
  expect(await seen(16)).toEqual(['loaded 17']);
  expect(await seen(18)).toEqual(['flushed 18']);
});

test('of cells that are equal in all, that of the newer file is shown', async () => {
  // Compactions take the mvcc away; the files' sequence ids remain.
  const file = (value: string, other: number) =>
    madeHFile([makeCell({ row: 'r', value, mvcc: 0 }), makeCell({ row: 's', value, mvcc: other })]);
  const [older, newer] = await Promise.all([file('older', 5), file('newer', 9)]);
  for (const files of [
    [older, newer],
    [newer, older],
  ]) {
    const { cells } = await scanMade(madeManifest([{ info: regionInfo(), files }]));
    expect(cells.map(({ text }) => `${text.row} ${text.value}`)).toEqual(['r newer', 's newer']);
  }
});

describe('regions', () => {
  const file = async (row: string) => madeHFile([makeCell({ row, value: row })]);

  test('are those that serve rows of the range, in the order of their rows', async () => {
    const made = madeManifest([
      { info: regionInfo({ startKey: bytes('m') }), files: [await file('n')] },
      { info: regionInfo({ endKey: bytes('c') }), files: [await file('a')] },
      { info: regionInfo({ startKey: bytes('c'), endKey: bytes('m') }), files: [await file('d')] },
      { info: regionInfo({ regionId: 0n, offline: true, split: true }), files: [await file('parent')] },
      { info: regionInfo({ replicaId: 1 }), files: [await file('replica')] },
      { info: regionInfo({ regionId: 0n, startKey: bytes('.mob') }), files: [await file('mob')] },
    ]);
    expect(made.manifest.regions.some(({ encodedName }) => encodedName === mobRegionName(table))).toBe(true);
    const rowsOf = async (start?: string, stop?: string) =>
      (await scanMade(made, parseRows({ start, stop }))).cells.map(({ text }) => text.row);
    expect(await rowsOf()).toEqual(['a', 'd', 'n']);
    expect(await rowsOf('b', 'm')).toEqual(['d']);
    expect(await rowsOf('d\\x00')).toEqual(['n']);
    expect(await rowsOf(undefined, 'd')).toEqual(['a']);
  });

  test('that serve the same rows are refused', async () => {
    const made = madeManifest([
      { info: regionInfo({ endKey: bytes('d') }), files: [] },
      { info: regionInfo({ startKey: bytes('c') }), files: [] },
    ]);
    await expect(scanMade(made)).rejects.toMatchObject({ reason: expect.stringContaining('serve the same rows') });
  });
});

test('a range of a split table does not open the halves that have none of it', async () => {
  const all = await scanOf('splits', 'lab-crawl_copy-links');
  const row = all.cells.at(-1)!.text.row!;
  const some = await scanOf('splits', 'lab-crawl_copy-links', one(row));
  expect(asRead(some.cells)).toEqual(asRead(all.cells.filter(({ text }) => text.row === row)));
  expect(some.reads()).toBeLessThanOrEqual(6);
  expect(some.listed.size).toBeLessThan(all.listed.size);
});

describe('what a person types', () => {
  test('bytes are read and shown as in the HBase shell', () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    expect(parseBytesBinary(formatBytesBinary(all), 'row')).toEqual(all);
    expect(formatBytesBinary(Buffer.from('a\\\0é'))).toBe('a\\x5C\\x00\\xC3\\xA9');
    expect(parseBytesBinary('\\x5c\\x00\\né', 'row')).toEqual(Buffer.from('\\\0\\né'));
    expect(() => parseBytesBinary('a\\xZZ', 'row')).toThrow('row: \\x is not followed by two hex digits');
  });

  test('columns: a family alone has them all, `cf:` is the empty qualifier', () => {
    expect(parseColumns(['a', 'b:x\\x00', 'b:', 'a:q'])).toEqual(
      new Map([
        ['a', null],
        ['b', [Buffer.from('x\0'), Buffer.alloc(0)]],
      ]),
    );
  });

  test('a row that is not behind the first is refused', () => {
    expect(() => parseRows({ start: 'b', stop: 'b' })).toThrow('stop: the row is not behind');
    expect(parseRows({ row: '' })).toEqual({ startRow: Buffer.alloc(0), stopRow: Buffer.alloc(1) });
  });
});
