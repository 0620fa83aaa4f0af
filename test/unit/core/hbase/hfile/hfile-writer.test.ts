import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WRITER_COMPRESSIONS } from '../../../../../core/hbase/hfile/compress.ts';
import { HFileReader } from '../../../../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../../../../core/hbase/hfile/hfile-scanner.ts';
import { HFileWriter } from '../../../../../core/hbase/hfile/hfile-writer.ts';
import { verifyHFile } from '../../../../../core/hbase/hfile/verify-hfile.ts';
import { cellsOf, inOrder, madeHFile, makeCell, printed, someCell, sourceOf, TTL_TAG } from './made-cells.ts';

const scanned = async (bytes: Buffer) => cellsOf(new HFileScanner(await HFileReader.open(sourceOf(bytes)), {}));
const infoOf = async (bytes: Buffer) => (await HFileReader.open(sourceOf(bytes))).info;
const rows = (count: number, valueBytes = 100) =>
  Array.from({ length: count }, (_, i) =>
    makeCell({ row: `row-${String(i).padStart(7, '0')}`, value: Buffer.alloc(valueBytes, i), mvcc: 7 + i }),
  );

test('whatever the cells and the options, what was written is whole and reads as it was', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someCell, { maxLength: 120 }),
      fc.record({
        compression: fc.constantFrom(...WRITER_COMPRESSIONS),
        blockBytes: fc.constantFrom(1, 64, 300, 65_536),
        bloom: fc.constantFrom('NONE', 'ROW', 'ROWCOL', 'ROWPREFIX_FIXED_LENGTH'),
        bloomPrefixBytes: fc.constantFrom(1, 3),
        index: fc.record({ chunkBytes: fc.constantFrom(64, 200, 131_072), minEntries: fc.constantFrom(2, 16) }),
        bloomChunkBytes: fc.constantFrom(128, 131_072),
        flushBytes: fc.constantFrom(1, 1000, 1 << 20),
      }),
      async (unordered, options) => {
        const cells = inOrder(unordered);
        const file = await madeHFile(cells, options);
        const maxSeqId = cells.reduce((most, { mvcc }) => Math.max(most, mvcc), 0);
        const report = await verifyHFile(sourceOf(file.bytes));
        expect(report).toMatchObject({
          depth: 'cells',
          warnings: [],
          entryCount: cells.length,
          maxSeqId: BigInt(maxSeqId),
        });
        expect(file).toMatchObject({ cells: cells.length, sizeBytes: file.bytes.length, maxSeqId });
        expect(printed(await scanned(file.bytes))).toEqual(printed(cells));
      },
    ),
    { numRuns: 150 },
  );
});

describe('the file info', () => {
  const cells = inOrder([
    makeCell({ row: 'a', qualifier: '', timestamp: 90n, type: 14, mvcc: 3 }),
    makeCell({ row: 'a', timestamp: 50n, value: 'xy', mvcc: 9, tags: TTL_TAG }),
    makeCell({ row: 'b', timestamp: 70n, value: 'xyz', mvcc: 4 }),
  ]);

  test('of a store file keeps HBase from ordering it by anything but its sequence ids', async () => {
    const info = await infoOf((await madeHFile(cells, { kind: { kind: 'store-file', isMob: true } })).bytes);
    const int64 = (key: string) => info.get(key)!.readBigInt64BE();
    expect(info.has('BULKLOAD_TIMESTAMP') || info.has('SKIP_RESET_SEQ_ID')).toBe(false);
    expect([int64('MAX_SEQ_ID_KEY'), int64('MAX_MEMSTORE_TS_KEY')]).toEqual([9n, 9n]);
    expect(info.get('MAJOR_COMPACTION_KEY')).toEqual(Buffer.from([0]));
    expect(info.get('MOB_FILE_REFS')).toEqual(Buffer.from([0]));
    expect(info.get('KEY_VALUE_VERSION')!.readInt32BE()).toBe(1);
    expect(int64('DELETE_FAMILY_COUNT')).toBe(1n);
    expect(int64('EARLIEST_PUT_TS')).toBe(50n);
    // A family's deletion reaches back to 0.
    expect([int64('TIMERANGE'), info.get('TIMERANGE')!.readBigInt64BE(8)]).toEqual([0n, 90n]);
    expect(info.get('hfile.MAX_TAGS_LEN')!.readInt32BE()).toBe(TTL_TAG.length);
    expect(info.get('hfile.AVG_VALUE_LEN')!.readInt32BE()).toBe(1);
    expect(info.get('LAST_BLOOM_KEY')!.toString()).toBe('b');
    expect([...info.keys()]).toEqual([...info.keys()].sort());
  });

  test('of a bulk-load file has no sequence id of its own', async () => {
    const info = await infoOf((await madeHFile(cells, { kind: { kind: 'bulk-load-file', sourceTask: 'task' } })).bytes);
    expect(info.has('MAX_SEQ_ID_KEY') || info.has('SKIP_RESET_SEQ_ID') || info.has('MOB_FILE_REFS')).toBe(false);
    expect(info.get('BULKLOAD_TIMESTAMP')!.readBigInt64BE()).toBe(1_700_000_000_000n);
    expect(info.get('MAJOR_COMPACTION_KEY')).toEqual(Buffer.from([255]));
  });

  test('without tags says nothing of them, and a cell with tags is refused', async () => {
    const info = await infoOf((await madeHFile(rows(2), { hasTags: false })).bytes);
    expect(info.has('hfile.MAX_TAGS_LEN')).toBe(false);
    await expect(madeHFile(cells, { hasTags: false })).rejects.toThrow('a cell with tags');
  });
});

test('cells out of order and what is no cell are refused', async () => {
  const [first, second] = rows(2) as [ReturnType<typeof makeCell>, ReturnType<typeof makeCell>];
  await expect(madeHFile([second, first])).rejects.toThrow('out of order');
  await expect(madeHFile([first, { ...first, mvcc: first.mvcc + 1 }])).rejects.toThrow('out of order');
  await expect(madeHFile([{ ...first, bytes: first.bytes.subarray(0, 30) }])).rejects.toThrow('no cell');
});

test('equal keys are never parted, whatever the size of a block', async () => {
  const same = Array.from({ length: 50 }, (_, i) => makeCell({ row: 'b', value: Buffer.alloc(100), mvcc: 100 - i }));
  const file = await madeHFile([makeCell({ row: 'a' }), ...same, makeCell({ row: 'c' })], { blockBytes: 1 });
  expect(file.dataBlocks).toBe(3);
});

test('a row of many cells, long rows, an empty qualifier, a large value', async () => {
  const longRow = (last: number) => Buffer.concat([Buffer.alloc(32_766, 'r'), Buffer.from([last])]);
  const cells = inOrder([
    ...Array.from({ length: 5000 }, (_, i) => makeCell({ row: 'many', qualifier: String(i) })),
    ...Array.from({ length: 20 }, (_, i) => makeCell({ row: longRow(i), qualifier: '' })),
    makeCell({ row: 'large', value: Buffer.alloc(2 << 20, 'v') }),
  ]);
  for (const bloom of ['ROW', 'ROWCOL'] as const) {
    const file = await madeHFile(cells, { bloom, blockBytes: 4096, index: { chunkBytes: 1024, minEntries: 2 } });
    expect(await verifyHFile(sourceOf(file.bytes))).toMatchObject({ depth: 'cells', warnings: [] });
    expect(printed(await scanned(file.bytes)).join() === printed(cells).join()).toBe(true);
  }
});

test('a filter of row prefixes has each prefix once, and rows that are shorter than one', async () => {
  const cells = inOrder([
    ...Array.from({ length: 600 }, (_, i) => makeCell({ row: `${String(i >> 1).padStart(3, '0')}-${i}` })),
    ...['7', '70', '999'].flatMap((row) => ['a', 'b'].map((qualifier) => makeCell({ row, qualifier }))),
  ]);
  const bloom = { bloom: 'ROWPREFIX_FIXED_LENGTH', bloomPrefixBytes: 3, bloomChunkBytes: 128 } as const;
  const { bytes } = await madeHFile(cells, { ...bloom, blockBytes: 512, index: { chunkBytes: 512, minEntries: 4 } });
  const reader = await HFileReader.open(sourceOf(bytes));
  expect([reader.info.get('BLOOM_FILTER_PARAM'), String(reader.info.get('LAST_BLOOM_KEY'))]).toEqual([
    Buffer.from([0, 0, 0, 3]),
    '999',
  ]);
  // BLMFMET2: magic and header are 33 bytes, the count of keys stands behind version, size, hashes and type.
  expect(bytes.readBigInt64BE(bytes.lastIndexOf('BLMFMET2') + 33 + 20)).toBe(303n);
  const may = (row: string) => reader.mayHaveRow(Buffer.from(row));
  for (const row of ['000-0', '299-never', '7', '70', '999-never']) expect(await may(row), row).toBe(true);
  const misses = await Promise.all(Array.from({ length: 200 }, (_, i) => may(`${300 + i}-1`)));
  expect(misses.filter((found) => found).length).toBeLessThan(10);
  await expect(madeHFile(cells, { bloom: 'ROWPREFIX_FIXED_LENGTH' })).rejects.toThrow('without length');
});

test('memory is that of a block and of the index, not of the file', async () => {
  let most = 0;
  const kind = { kind: 'store-file', isMob: false } as const;
  const options = { kind, compression: 'NONE', bloom: 'ROW', hasTags: false, createdAtMs: 0 } as const;
  const writer = new HFileWriter({ ...options, blockBytes: 8192, flushBytes: 16_384 }, async (bytes) => {
    most = Math.max(most, bytes.length);
  });
  for (const { bytes, mvcc } of rows(20_000)) await writer.append(bytes, 0, bytes.length, mvcc);
  const file = await writer.finish();
  expect(file.sizeBytes).toBeGreaterThan(2_000_000);
  expect(most).toBeLessThan(200_000);
});
