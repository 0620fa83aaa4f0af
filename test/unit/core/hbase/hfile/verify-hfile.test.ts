import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { verifyHFile } from '../../../../../core/hbase/hfile/verify-hfile.ts';
import { parseLayoutPath } from '../../../../../core/hbase/layout.ts';
import { type FixtureName, fixture } from '../../../../support/fixture.ts';

/** Small windows, so that blocks lie across them. */
const verify = (bytes: Uint8Array, windowBytes = 5000) =>
  verifyHFile(
    { sizeBytes: bytes.length, read: async (at, length) => bytes.subarray(at, at + length) },
    { windowBytes },
  );

const isHFile = (bytes: Uint8Array) => bytes.length > 4096;
const hfilesOf = (name: FixtureName) =>
  [...fixture(name)].filter(([path, bytes]) => {
    return (
      path.startsWith('hbase/') && isHFile(bytes) && parseLayoutPath(path.slice('hbase/'.length)).kind === 'store-file'
    );
  });

describe.each([
  'bulk',
  'chain',
  'corrupt',
  'shop',
  'shop-2.4.18',
  'shop-2.5.8',
  'splits',
  'tags-mob',
  'walcomp',
] as const)('the HFiles of fixture %s', (name) => {
  test.each(hfilesOf(name))('%s is whole', async (path, bytes) => {
    const report = await verify(bytes);
    expect(report).toMatchObject({ sizeBytes: bytes.length, depth: 'cells', warnings: [] });
    expect(path).toContain(`/${report.family ?? ''}`);
  });
});

test.each([
  ['snappy', { compression: 'SNAPPY', entryCount: 800, depth: 'cells' }],
  ['lz4', { compression: 'LZ4', entryCount: 800, depth: 'cells' }],
  ['zstd', { compression: 'ZSTD', entryCount: 800, depth: 'cells' }],
  ['levels', { blocks: 730, dataBlocks: 599, entryCount: 3000, depth: 'cells' }],
  ['levels-gz-prefix', { compression: 'GZ', dataBlocks: 182, depth: 'cells' }],
  ['unchecked', { dataBlocks: 23, depth: 'cells' }],
  ['empty', { dataBlocks: 0, entryCount: 0, depth: 'cells' }],
  ['encoded-diff-tags', { entryCount: 1552, depth: 'cells' }],
  ['encoded-row-index-v1-tags', { entryCount: 1552, depth: 'cells' }],
  ['no-mvcc', { dataBlocks: 16, entryCount: 600, depth: 'cells' }],
])('a file of the kind %s is whole', async (name, expected) => {
  expect(await verify(fixture('hfiles').get(name)!)).toMatchObject({ ...expected, warnings: [], maxSeqId: 100n });
});

test('an index that names other blocks is found where no checksum tells of it', async () => {
  // Checksum type NULL, so that only the comparison of the index with the blocks is left.
  const bytes = fixture('hfiles').get('unchecked')!;
  const root = bytes.indexOf('IDXROOT2') + 33;
  for (const [at, reason] of [
    [root + 7, 'entry 0: names a block of'],
    [root + 11, 'entry 0: names a block of'],
    [root + 16, 'entry 0: its key does not lead to its block'],
  ] as const) {
    const damaged = Buffer.from(bytes);
    damaged[at]! ^= 1;
    await expect(verify(damaged)).rejects.toThrow(reason);
  }
});

test('a chain of blocks that leads elsewhere is found where no checksum tells of it', async () => {
  const damaged = Buffer.from(fixture('hfiles').get('unchecked')!);
  const second = damaged.indexOf('DATABLK*', 8);
  damaged[second + 23]! ^= 1;
  await expect(verify(damaged)).rejects.toThrow('as the block of its type before it, that is 0');
});

/** In a file without checksums: what only the comparison of its parts can tell. */
test.each([
  ['a bloom chunk that is elsewhere', (bytes: Buffer) => bytes.indexOf('BLMFMET2') + 33 + 41 + 7, 'names a chunk of'],
  [
    'a last key that is another',
    (bytes: Buffer) => bytes.indexOf('row-000000199', bytes.indexOf('hfile.LASTKEY')),
    'LASTKEY is not the last key',
  ],
  [
    'an index with an entry less',
    (bytes: Buffer) => bytes.indexOf(Buffer.from([0x28, 23]), bytes.length - 4096) + 1,
    'no entry for the block at',
  ],
  [
    'a count of cells that is wrong',
    (bytes: Buffer) => bytes.indexOf(Buffer.from([0x38, 0x90, 0x03]), bytes.length - 4096) + 1,
    '401 cells',
  ],
])('%s is found', async (_what, where, reason) => {
  const damaged = Buffer.from(fixture('hfiles').get('unchecked')!);
  damaged[where(damaged)]! ^= 1;
  await expect(verify(damaged)).rejects.toThrow(reason);
});

test('cells out of order are found where no checksum tells of them', async () => {
  const damaged = Buffer.from(fixture('hfiles').get('unchecked')!);
  damaged[damaged.indexOf('row-000000005') + 12] = 0x31;
  await expect(verify(damaged)).rejects.toThrow('a key that is less than the one before it');
});

test('the damage that the fixture corrupt lists is found, and nothing else', async () => {
  const files = fixture('corrupt');
  const cases: { case: string; path: string; expect: string }[] = JSON.parse(
    files.get('cases/damage.json')!.toString(),
  );
  const hfiles = cases.filter((entry) => entry.case.startsWith('hfile-'));
  expect(hfiles.length).toBe(11);
  for (const entry of hfiles) {
    const outcome = verify(files.get(entry.path)!).then(
      () => 'ok',
      (error: Error) => (error.name === 'HFileCorrupt' ? 'corrupt' : String(error)),
    );
    expect(await outcome, entry.case).toBe(entry.expect);
  }
});

/** A GZ file, a plain one with several blocks and blooms, an encoded one: small enough to try every byte. */
const small = (name: FixtureName, pattern: RegExp) =>
  hfilesOf(name)
    .filter(([path]) => pattern.test(path))
    .map(([, bytes]) => bytes)
    .sort((a, b) => a.length - b.length)[0]!;

describe.each([
  ['GZ', small('shop', /orders.*\/d\//)],
  ['plain', small('bulk', /./)],
  ['FAST_DIFF', small('shop', /sensors/)],
  ['tags', small('tags-mob', /./)],
])('a flipped bit in a %s file', (_kind, bytes) => {
  test('is found in whatever byte of a block it is', async () => {
    const end = bytes.length - 4096;
    const step = Math.max(1, Math.floor(end / 400));
    const passed: number[] = [];
    for (let at = 0; at < end; at += step) {
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1 << (at & 7);
      await verify(damaged, 1 << 20).then(
        () => passed.push(at),
        (error: Error) => expect(error.name).toBe('HFileCorrupt'),
      );
    }
    expect(passed).toEqual([]);
  });

  test('is found or warned of in the trailer, which has no checksum', async () => {
    const undetected: number[] = [];
    // The fields, a piece of the padding, and the version.
    for (const i of [
      ...Array(200).keys(),
      ...Array(10)
        .keys()
        .map((n) => 4086 + n),
    ]) {
      const damaged = Buffer.from(bytes);
      damaged[bytes.length - 4096 + i]! ^= 1 << (i & 7);
      const found = await verify(damaged, 1 << 20).then(
        // A codec field that names one that is not read here shows in the depth.
        (report) => report.warnings.length > 0 || report.depth === 'checksums',
        (error: Error) => error.name === 'HFileCorrupt',
      );
      if (!found) undetected.push(i);
    }
    expect(undetected).toEqual([]);
  });
});

test('cut anywhere, a file is no file', async () => {
  const bytes = small('bulk', /./);
  for (let length = 0; length < bytes.length; length += 37) {
    await expect(verify(bytes.subarray(0, length))).rejects.toMatchObject({ name: 'HFileCorrupt' });
  }
});

test('bytes changed at random end in the named error or a report, nothing else', async () => {
  const files = [small('shop', /orders.*\/d\//), small('bulk', /./), small('shop', /sensors/)];
  const change = fc.tuple(fc.nat(1 << 20), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(change, { minLength: 1, maxLength: 8 }),
      async (file, changes) => {
        const damaged = Buffer.from(file);
        for (const [at, value] of changes) damaged[at % damaged.length] = value;
        await verify(damaged).catch((error: Error) => expect(error.name).toBe('HFileCorrupt'));
      },
    ),
    { numRuns: 300 },
  );
});

test('a source that ends early is named, not waited for', async () => {
  const bytes = small('bulk', /./);
  const short = {
    sizeBytes: bytes.length,
    read: async (at: number, length: number) => bytes.subarray(at, at + Math.min(length, 100)),
  };
  await expect(verifyHFile(short)).rejects.toThrow('100 bytes were read where 4096 were asked for');
});
