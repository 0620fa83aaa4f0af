import { describe, expect, test } from 'vitest';
import { readWal } from '../../../../../core/hbase/wal/wal-reader.ts';
import { fixture } from '../../../../support/fixture.ts';
import { memorySource, readLog, walFixture } from '../../../../support/wal-lines.ts';

/** Four entries at 85, 209, 286 and 425: two puts (one with a TTL tag), DeleteFamily, HBASE::FLUSH, HBASE::BULK_LOAD; trailer at 633. */
const LOG = walFixture('markers');
const REGION = '43ae7364b4a555b93267937f9bc49ec1';

const cut = (length: number) => LOG.subarray(0, length);

function changed(change: (log: Buffer) => void, base: Uint8Array = LOG): Buffer {
  const log = Buffer.from(base);
  change(log);
  return log;
}

test('entries, cells, sequence ids, times and markers of a log', async () => {
  expect(LOG.length).toBe(641);
  const cells: string[] = [];
  const { entries, end } = await readLog(LOG, {}, (batch) => {
    for (let i = 0; i < batch.cells; i++) cells.push(batch.bytes.toString('hex', batch.starts[i], batch.ends[i]));
  });
  expect(cells).toEqual([
    '0000001000000002000272310166710000018bcfe56be8047631',
    '00000011000000020002723101667132' + '0000018bcfe56be8047632000b000908000000000000ea60',
    '0000000f000000000002723201660000018bcfe56be90e',
  ]);
  const common = { region: REGION, table: 't1', isReplicated: false };
  expect(entries).toEqual([
    { ...common, offset: 85, sequenceId: 5, writeTimeMs: 1700000001000, firstCell: 0, endCell: 2, events: [] },
    { ...common, offset: 209, sequenceId: 6, writeTimeMs: 1700000001001, firstCell: 2, endCell: 3, events: [] },
    {
      ...common,
      offset: 286,
      sequenceId: 7,
      writeTimeMs: 1700000001002,
      firstCell: 3,
      endCell: 3,
      events: [{ kind: 'flush', action: 'start', region: REGION, sequenceId: 7, stores: [] }],
    },
    {
      ...common,
      offset: 425,
      sequenceId: 9,
      writeTimeMs: 1700000001003,
      firstCell: 3,
      endCell: 3,
      events: [
        {
          kind: 'bulk-load',
          table: { namespace: 'default', qualifier: 't1' },
          region: REGION,
          sequenceId: 8,
          stores: [{ family: 'f', files: ['0123456789abcdef0123456789abcdef_SeqId_8_'] }],
        },
      ],
    },
  ]);
  expect(end).toEqual({
    kind: 'trailer',
    offset: 633,
    tornBytes: 0,
    entries: 4,
    wantedEntries: 4,
    wantedCells: 3,
    firstWriteMs: 1700000001000,
    lastWriteMs: 1700000001003,
  });
});

// Formats, Appendix A7.
test.each([
  [641, 'trailer', 4, 633, 0],
  [640, 'open', 4, 633, 7],
  [637, 'open', 4, 633, 4],
  [634, 'open', 4, 633, 1],
  [633, 'open', 4, 633, 0],
  [632, 'torn', 3, 425, 207],
  [600, 'torn', 3, 425, 175],
  [430, 'torn', 3, 425, 5],
  [426, 'torn', 3, 425, 1],
  [260, 'torn', 1, 209, 51],
  [85, 'open', 0, 85, 0],
  [84, 'empty', 0, 0, 84],
  [10, 'empty', 0, 0, 10],
  [3, 'empty', 0, 0, 3],
  [0, 'empty', 0, 0, 0],
] as const)('cut to %i bytes: %s, %i entries', async (length, kind, entries, offset, tornBytes) => {
  for (const windowBytes of [1, 64, 4096]) {
    const { end, lines } = await readLog(cut(length), { windowBytes });
    expect(end).toMatchObject({ kind, entries, offset, tornBytes });
    expect(lines.length).toBe(entries);
  }
  // Of a log that its writer closed, only the whole one and the one that was never begun pass.
  const closed = readLog(cut(length), { what: 'oldWALs/x', mustHaveTrailer: true });
  if (kind === 'trailer' || length === 0) await expect(closed).resolves.toMatchObject({ end: { kind } });
  else {
    await expect(closed).rejects.toMatchObject({ name: 'WalTruncated', what: 'oldWALs/x', offset, tornBytes });
  }
});

test('zeros behind an entry are room that was never written, zeros inside one are damage', async () => {
  const zeroed = Buffer.concat([cut(425), Buffer.alloc(300)]);
  await expect(readLog(zeroed, { windowBytes: 50 })).resolves.toMatchObject({
    end: { kind: 'torn', offset: 425, tornBytes: 300 },
  });
  zeroed[700] = 1;
  await expect(readLog(zeroed, { windowBytes: 50 })).rejects.toMatchObject({ name: 'WalCorrupt', offset: 426 });
});

describe('bytes that contradict the format name their offset', () => {
  test.each([
    ['key length of a cell', 266, 14, 271, /a row or family beyond its key/],
    ['length of a key', 209, 0x30, 258, /in the entry at byte 209/],
    ['cell type', 285, 5, 285, /cell type 5/],
  ])('%s', async (_, at, value, offset, reason) => {
    const read = readLog(changed((log) => log.writeUInt8(value, at)));
    await expect(read).rejects.toMatchObject({
      name: 'WalCorrupt',
      what: 'log',
      offset,
      reason: expect.stringMatching(reason),
    });
  });

  test('magic', async () => {
    await expect(readLog(changed((log) => log.writeUInt8(0x47, 1)))).rejects.toMatchObject({ offset: 0 });
    await expect(readLog(Buffer.from('SEQ\x06rest'))).rejects.toMatchObject({ reason: /SequenceFile/ });
  });

  test.each(['/', '\\', '\n'])('a bulk-loaded file with %j in its name', async (character) => {
    const log = changed((bytes) => bytes.write(character, bytes.indexOf('_SeqId_')));
    const reason = expect.stringMatching(/BULK_LOAD: .*not the name of a file/);
    await expect(readLog(log)).rejects.toMatchObject({ name: 'WalCorrupt', reason });
  });
});

describe('a length that reaches behind the end', () => {
  // The int32 before the second cell of the first entry.
  const damaged = changed((log) => log.writeInt32BE(0x7f000000, 165), cut(633));

  test('is damage if another entry follows, and not a torn tail', async () => {
    for (const windowBytes of [1, 100, 4096]) {
      await expect(readLog(damaged, { windowBytes })).rejects.toMatchObject({
        name: 'WalCorrupt',
        offset: 165,
        reason: expect.stringContaining('another entry begins at byte 209'),
      });
    }
  });

  test('is a torn tail if nothing follows', async () => {
    await expect(readLog(damaged.subarray(0, 212))).resolves.toMatchObject({ end: { kind: 'torn', offset: 85 } });
  });

  test('is damage in a log with a trailer', async () => {
    const log = changed((bytes) => bytes.writeInt32BE(0x7f000000, 165));
    await expect(readLog(log)).rejects.toMatchObject({
      offset: 165,
      reason: expect.stringContaining('trailer at 633'),
    });
  });

  test('of 2 GB in a large log is refused before anything is allocated', async () => {
    const asked: number[] = [];
    const source = {
      sizeBytes: 2 ** 40,
      read: async (offset: number, length: number) => {
        asked.push(length);
        const bytes = Buffer.alloc(length);
        damaged.copy(bytes, 0, Math.min(offset, damaged.length));
        return bytes;
      },
    };
    const read = readLog(source, { windowBytes: 1 << 16, maxEntryBytes: 1 << 20 });
    await expect(read).rejects.toMatchObject({ name: 'WalCorrupt', offset: 85, reason: /more than 1048576 bytes/ });
    expect(asked.reduce((sum, length) => sum + length)).toBeLessThan(1 << 18);
  });

  test('of the header is refused', async () => {
    const log = Buffer.concat([cut(4), Buffer.from('ffffffff07', 'hex'), Buffer.alloc(100)]);
    await expect(readLog(log)).rejects.toMatchObject({ name: 'WalCorrupt', offset: 4 });
  });
});

test('damage in a log with dictionaries is told from a torn tail too', async () => {
  const log = walFixture('dictionary');
  const { entries } = await readLog(log);
  const body = log.subarray(0, -8);
  const last = entries.at(-1)!.offset;
  await expect(readLog(body.subarray(0, last + 9))).resolves.toMatchObject({ end: { kind: 'torn', offset: last } });
  const damagedAt = entries[20]!.offset;
  const torn = changed((bytes) => bytes.write('ffff07', damagedAt, 'hex'), body);
  await expect(readLog(torn)).rejects.toMatchObject({ name: 'WalCorrupt' });
});

test.each([
  ['a key', '1201aa', 'encrypted'],
  ['a writer', '2217536563757265' + '50726f746f6275664c6f675772697465' + '72', 'encrypted'],
  ['another codec', '2a0178', 'its cells are written by "x"'],
  ['another writer', '220178', 'written by "x"'],
  ['values in LZO', '080130013800', 'its values are compressed with LZO'],
])('a header with %s is refused by name', async (_, hex, reason) => {
  const header = Buffer.from(hex, 'hex');
  const log = Buffer.concat([cut(4), Buffer.from([header.length]), header, LOG.subarray(85)]);
  await expect(readLog(log)).rejects.toMatchObject({ name: 'WalUnsupported', reason: expect.stringContaining(reason) });
});

test('a log of Phoenix is read, its index records passed over', async () => {
  const codec = Buffer.from('org.apache.hadoop.hbase.regionserver.wal.IndexedWALEditCodec');
  const header = Buffer.concat([Buffer.from([0x2a, codec.length]), codec]);
  const record = Buffer.from('ffffffff' + '0361626302ffff', 'hex');
  // One cell more in the first entry's key, and the record before its first cell.
  const entry = changed((log) => log.writeUInt8(3, 134), LOG).subarray(85, 209);
  const log = Buffer.concat([
    cut(4),
    Buffer.from([header.length]),
    header,
    entry.subarray(0, 50),
    record,
    entry.subarray(50),
  ]);
  const { entries, lines } = await readLog(log);
  expect(entries).toMatchObject([{ firstCell: 0, endCell: 2 }]);
  expect(lines).toEqual((await readLog(cut(209))).lines);
});

describe('a log that is still written', () => {
  test.each(['plain', 'dictionary', 'values-gz', 'recovered-edits'])(
    '%s is read on from where it ended',
    async (name) => {
      const whole = walFixture(name);
      const isRecoveredEdits = name === 'recovered-edits';
      const { lines } = await readLog(whole, { isRecoveredEdits });
      const seen: string[] = [];
      let from = 0;
      for (let size = 0; ; size += 1999) {
        const part = whole.subarray(0, size);
        const reading = await readLog(part, { isRecoveredEdits, from, windowBytes: 500 });
        seen.push(...reading.lines);
        from = reading.end.offset;
        if (size >= whole.length) break;
      }
      expect(seen).toEqual(lines);
    },
  );

  test('goes on at a place where no entry begins: refused, if it can be seen', async () => {
    const log = walFixture('dictionary');
    const { entries } = await readLog(log);
    const from = entries[5]!.offset + 1;
    await expect(readLog(log, { from })).rejects.toMatchObject({ reason: expect.stringContaining(`byte ${from}`) });
    await expect(readLog(cut(200), { from: 209 })).rejects.toMatchObject({ name: 'WalCorrupt', offset: 200 });
  });

  test('until: entries that begin before it, whole', async () => {
    const { lines, end } = await readLog(LOG, { from: 209, until: 287 });
    expect(lines.length).toBe(2);
    expect(end).toMatchObject({ kind: 'until', offset: 425 });
  });
});

test('a log that vanishes while it is read is read on elsewhere from the end of the last batch', async () => {
  const log = fixture('tags-mob')
    .entries()
    .find(([path, bytes]) => path.includes('WALs/') && bytes.length > 3e6)![1];
  const whole = (await readLog(log)).lines;
  const moved = Object.assign(new Error('gone'), { name: 'NotFound' });
  let reads = 0;
  const source = {
    sizeBytes: log.length,
    read: async (offset: number, length: number) => {
      if (++reads > 9) throw moved;
      return log.subarray(offset, offset + length);
    },
  };
  let from = 0;
  const first = readLog(source, { windowBytes: 1 << 16 }, (batch) => {
    from = batch.endOffset;
  });
  await expect(first).rejects.toBe(moved);
  expect(from).toBeGreaterThan(1 << 16);
  const { lines } = await readLog(log, { from });
  const before = await readLog(log, { until: from });
  expect([...before.lines, ...lines]).toEqual(whole);
});

test('a source that gives less than it was asked for is not taken for a torn log', async () => {
  const source = { ...memorySource(LOG), read: async () => LOG.subarray(0, 100) };
  await expect(readLog(source)).rejects.toMatchObject({ name: 'WalCorrupt' });
});

test("what the consumer's own function throws is not taken for damage", async () => {
  const mine = new TypeError('mine');
  const isWanted = () => {
    throw mine;
  };
  await expect(readLog(LOG, { isWanted })).rejects.toBe(mine);
});

test('memory of a batch is never written to again', async () => {
  const log = readWal(memorySource(walFixture('values-zstd')), { what: 'log', windowBytes: 300 });
  const kept: { bytes: Buffer; copy: Buffer }[] = [];
  for await (const batch of log) kept.push({ bytes: batch.bytes, copy: Buffer.from(batch.bytes) });
  for (const { bytes, copy } of kept) expect(bytes.equals(copy)).toBe(true);
});

test('a value that inflates past the limit of an entry is refused', async () => {
  const read = readLog(walFixture('values-gz'), { maxEntryBytes: 150 });
  const reason = expect.stringMatching(
    /^in the entry at byte \d+: (a value of|an entry of more than 150 bytes when decompressed)/,
  );
  await expect(read).rejects.toMatchObject({ name: 'WalCorrupt', reason });
});

test('dictionaries past their limit are refused', async () => {
  const read = readLog(walFixture('dictionary'), { maxDictionaryBytes: 1000 });
  await expect(read).rejects.toMatchObject({ name: 'WalCorrupt', reason: expect.stringContaining('dictionaries of') });
});
