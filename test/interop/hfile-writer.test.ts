import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../core/hbase/hfile/hfile-scanner.ts';
import type { HFileWriterOptions } from '../../core/hbase/hfile/hfile-writer.ts';
import { MergedCells } from '../../core/hbase/hfile/merge-runs.ts';
import { snapshotInfoPath, snapshotManifestPath, storeFileCandidates, storeFilePath } from '../../core/hbase/layout.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import {
  cellsOf,
  inOrder,
  type MadeCell,
  madeHFile,
  makeCell,
  sourceOf,
  TTL_TAG,
} from '../unit/core/hbase/hfile/made-cells.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-hfile-'));
afterAll(() => rmSync(work, { recursive: true }));

const TYPES: Readonly<Record<number, string>> = {
  4: 'Put',
  8: 'Delete',
  10: 'DeleteFamilyVersion',
  12: 'DeleteColumn',
  14: 'DeleteFamily',
};

/** The canonical line of a cell, as the launcher writes it. */
function lineOf({ bytes, mvcc }: MadeCell): object {
  const [keyBytes, valueBytes] = [bytes.readInt32BE(0), bytes.readInt32BE(4)];
  const key = bytes.subarray(8, 8 + keyBytes);
  const familyAt = 3 + key.readUInt16BE(0);
  const qualifierAt = familyAt + key[familyAt - 1]!;
  const tags = bytes.subarray(8 + keyBytes + valueBytes + 2);
  return {
    row: key.toString('base64', 2, familyAt - 1),
    family: key.toString('base64', familyAt, qualifierAt),
    qualifier: key.toString('base64', qualifierAt, keyBytes - 9),
    ts: String(key.readBigInt64BE(keyBytes - 9)),
    type: TYPES[key[keyBytes - 1]!],
    value: bytes.toString('base64', 8 + keyBytes, 8 + keyBytes + valueBytes),
    mvcc: String(mvcc),
    ...(tags.length === 0 ? {} : { tags: tags.toString('base64') }),
  };
}

/** All that HBase's reader finds in the file: it checks checksums, order, counts and that its bloom filter has each cell. */
function dumped(
  name: string,
  bytes: Uint8Array,
): { fileInfo: Record<string, string>; trailer: string; cells: object[] } {
  const [file, cellsFile] = [join(work, name), join(work, `${name}.jsonl`)];
  writeFileSync(file, bytes);
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 } as const;
  const said = execFileSync(process.env.HOLDFAST_HBASE!, ['hfile-dump', '--cells', cellsFile, file], options);
  const lines = readFileSync(cellsFile, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return { ...JSON.parse(said), cells: lines.map((line) => JSON.parse(line)) };
}

const longRow = (last: number) => Buffer.concat([Buffer.alloc(32_766, 'r'), Buffer.from([last])]);
const kinds: Readonly<Record<string, readonly MadeCell[]>> = {
  mixed: Array.from({ length: 1500 }, (_, i) => [
    ...(i % 10 === 0 ? [makeCell({ row: `row-${i}`, qualifier: '', timestamp: BigInt(i), type: 14, mvcc: i })] : []),
    makeCell({ row: `row-${i}`, qualifier: '', timestamp: 5n, value: `${i}`, mvcc: i * 3000 }),
    makeCell({ row: `row-${i}`, timestamp: 5n, value: '', mvcc: 2 ** 40 + i, tags: i % 3 === 0 ? TTL_TAG : undefined }),
    makeCell({ row: `row-${i}`, timestamp: 5n, value: 'older', mvcc: i }),
    makeCell({ row: `row-${i}`, qualifier: 'z', timestamp: 4n, type: i % 2 === 0 ? 8 : 12, mvcc: i }),
  ]).flat(),
  large: [1, 2, 3].map((i) => makeCell({ row: `row-${i}`, value: Buffer.alloc(5 << 20, i), tags: TTL_TAG })),
  'long rows': [1, 2, 3, 4, 5].flatMap((i) => ['', 'q'].map((qualifier) => makeCell({ row: longRow(i), qualifier }))),
};

const small = { blockBytes: 512, index: { chunkBytes: 512, minEntries: 3 }, bloomChunkBytes: 512 };
test.each([
  ['mixed', { compression: 'NONE', bloom: 'ROW' }],
  ['mixed', { compression: 'GZ', bloom: 'ROWCOL' }],
  ['mixed', { compression: 'SNAPPY', bloom: 'NONE' }],
  ['mixed', { compression: 'NONE', bloom: 'ROWCOL', ...small }],
  ['mixed', { compression: 'GZ', bloom: 'ROW', ...small, kind: { kind: 'bulk-load-file', sourceTask: 'test' } }],
  ['large', { compression: 'SNAPPY', bloom: 'ROW' }],
  ['long rows', { compression: 'NONE', bloom: 'ROWCOL', blockBytes: 1 }],
] satisfies [string, Partial<HFileWriterOptions>][])(
  '%s cells, %o: HBase reads each as it was',
  async (kind, options) => {
    const cells = inOrder(kinds[kind]!);
    const { bytes } = await madeHFile(cells, options);
    const found = dumped('file', bytes);
    expect(found.cells).toEqual(cells.map(lineOf));
    if ('index' in options) expect(found.trailer).toMatch(/numDataIndexLevels=[3-9]/);
  },
);

/** The fixture's snapshot with every store file of a family of a region replaced by one that our writer made of their cells. */
async function rewritten(name: FixtureName, snapshot: string, directory: string): Promise<number> {
  const root = fixture(name);
  const manifest = new SnapshotManifest(root.get(`hbase/${snapshotManifestPath(snapshot)}`)!);
  const table = manifest.tableSchema.table;
  const groups = Map.groupBy(resolveStoreFiles(manifest, table), ({ region, family }) => `${region}/${family}`);
  const written = new Map<string, { name: string; size: number }>();
  for (const [i, [group, files]] of [...groups].entries()) {
    const cursors = files.map(async (file) => {
      const path = storeFileCandidates(file).find((candidate) => root.has(`hbase/${candidate}`))!;
      return new HFileScanner(await HFileReader.open(sourceOf(root.get(`hbase/${path}`)!)));
    });
    const cells = await cellsOf(new MergedCells(await Promise.all(cursors)));
    const compression = (['NONE', 'GZ', 'SNAPPY'] as const)[i % 3]!;
    const bloom = (['ROW', 'ROWCOL'] as const)[i % 2]!;
    const { bytes } = await madeHFile(cells, { compression, bloom, blockBytes: 4096, hasTags: i % 2 === 0 });
    const file = { ...files[0]!, name: (i + 1).toString(16).padStart(32, '0') };
    written.set(group, { name: file.name, size: bytes.length });
    put(directory, storeFilePath('archive', file), bytes);
  }
  const regions = manifest.regions.map((region) => ({
    info: manifest.regionInfo(region),
    families: manifest.tableSchema.families.map((family) => {
      const file = written.get(`${region.encodedName}/${family.name}`);
      return { name: family.name, files: file === undefined ? [] : [file] };
    }),
  }));
  put(directory, snapshotManifestPath(snapshot), writeSnapshotManifest(manifest.tableSchema, regions));
  put(directory, snapshotInfoPath(snapshot), root.get(`hbase/${snapshotInfoPath(snapshot)}`)!);
  return written.size;
}

function put(directory: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), bytes);
}

test.each([
  ['shop', 'shop-orders-T0'],
  ['shop', 'sensors-T0'],
] as const)('%s: snapshot %s of our files alone is cloned by HBase, cell for cell', async (name, snapshot) => {
  const directory = join(work, snapshot);
  expect(await rewritten(name, snapshot, directory)).toBeGreaterThan(0);
  const { cells, count } = truthOf(name, snapshot);
  const [expectedFile, dumpFile] = [join(directory, 'expected.jsonl.gz'), join(directory, 'dump.jsonl')];
  writeFileSync(expectedFile, cells);
  await hbase.restoreSnapshot({ exportDirectory: directory, snapshot, table: 'restored:here', dumpFile });
  expect(await compareCells(expectedFile, dumpFile)).toEqual({
    expectedCells: count,
    actualCells: count,
    differences: [],
  });
});
