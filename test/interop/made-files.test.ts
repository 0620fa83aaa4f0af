import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../core/hbase/hfile/hfile-scanner.ts';
import { snapshotInfoPath, snapshotManifestPath, storeFilePath } from '../../core/hbase/layout.ts';
import type { RegionInfo } from '../../core/hbase/region-info.ts';
import { resolveStoreFiles } from '../../core/hbase/resolve-store-files.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { writeSnapshotManifest } from '../../core/hbase/snapshot-manifest-writer.ts';
import type { TableSchema } from '../../core/hbase/table-schema.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { AS_OF, layOut, pointOf } from '../support/as-of.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, TARGET } from '../support/holdfast-cloud.ts';
import { terminalOf } from '../support/terminal.ts';
import { cellsOf, madeHFile, sourceOf } from '../unit/core/hbase/hfile/made-cells.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { downloadTarget } from './hbase/download-target.ts';
import { realHBase } from './hbase/real-hbase.ts';

const work = mkdtempSync(join(tmpdir(), 'holdfast-made-files-'));
afterAll(() => rmSync(work, { recursive: true }));

/** The roll at which the recorded point T1 of `chain` was taken. */
const T1 = 1_795_452_694_828;
const TABLE = 'bank:accounts';
const SNAPSHOT = 'accounts-T0';
const NONE = Buffer.alloc(0);
const RESTORED = 'restored:here';

/** What a reader saw of a table at a point, as a file; and how many cells. */
function truth(name: FixtureName, point: string, table: string): { readonly file: string; readonly count: number } {
  const { scan, scanCells } = pointOf(name, point).tables[table]!;
  const file = join(work, `${name}-${point}-${table.replace(':', '.')}.gz`);
  writeFileSync(file, fixture(name).get(scan)!);
  return { file, count: scanCells };
}

async function expectTruth(name: FixtureName, point: string, table: string, dumpFile: string): Promise<void> {
  const { file, count } = truth(name, point, table);
  const compared = await compareCells(file, dumpFile);
  expect(compared).toEqual({ expectedCells: count, actualCells: count, differences: [] });
}

function put(directory: string, path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), bytes);
}

/** Restores an image as it lies below the target; answers table → snapshot. */
async function restored(app: HoldfastCloud, image: string, directory: string): Promise<Map<string, string>> {
  const ended = await app.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });
  expect(ended.cause).toBeUndefined();
  await downloadTarget(app, directory, { empties: true });
  return new Map((ended.output as RestoredTables).tables.map(({ table, snapshot }) => [table, snapshot] as const));
}

async function backUp(app: HoldfastCloud, machine: 'Full' | 'Incremental', input: object): Promise<string> {
  const ended = await app.run(`${machine}BackupStateMachine`, input);
  expect(ended.cause).toBeUndefined();
  return (ended.output as { id: string }).id;
}

const manifestIn = (directory: string, snapshot: string) =>
  new SnapshotManifest(readFileSync(join(directory, snapshotManifestPath(snapshot))));

/** The layout of a snapshot of an empty table of one region. */
function emptied(from: string, snapshot: string, schema: TableSchema, to: string): void {
  const { table } = schema;
  const region = { regionId: 1n, table, startKey: NONE, endKey: NONE, offline: false, split: false, replicaId: 0 };
  const info: RegionInfo = { ...region, unknown: NONE };
  const families = schema.families.map(({ name }) => ({ name, files: [] }));
  put(to, snapshotManifestPath(snapshot), writeSnapshotManifest(schema, [{ info, families }]));
  put(to, snapshotInfoPath(snapshot), readFileSync(join(from, snapshotInfoPath(snapshot))));
}

describe('files to load', () => {
  const hbase = realHBase();

  test('an increment cut at a time, whole, into an empty table of one region; lost rows into the table that lost them', {
    timeout: 900_000,
  }, async () => {
    const app = await holdfastCloud();
    await layOut(app, 'chain', 'T0');
    const { clockMarginSeconds: _, ...full } = AS_OF;
    await backUp(app, 'Full', { ...full, tables: [TABLE] });
    await layOut(app, 'chain', 'T2');
    await backUp(app, 'Incremental', { ...AS_OF, tables: [TABLE], until: T1 });
    const latest = await backUp(app, 'Incremental', { ...AS_OF, tables: [TABLE] });
    const layout = join(work, 'chain');
    const snapshots = await restored(app, latest, layout);
    const terminal = await terminalOf(app);
    try {
      const snapshot = snapshots.get(TABLE)!;
      const manifest = manifestIn(layout, snapshot);
      const of = (what: string) => join(work, what);

      const whole = ['restore', ROOT, 'latest', '--until', new Date(T1).toISOString(), '-t', TABLE];
      const written = await terminal.holdfast(...whole, '--bulkload', of('whole'));
      expect(written.code, written.text).toBe(0);
      emptied(layout, snapshot, manifest.tableSchema, of('empty'));
      await hbase.restoreAndLoad({
        ...{ exportDirectory: of('empty'), snapshot, table: RESTORED, dumpFile: of('whole.dump') },
        hfileDirectories: [of('whole')],
      });
      await expectTruth('chain', 'T1', TABLE, of('whole.dump'));

      // The table as it is at T2, without what its last region had.
      const [first, ...others] = manifest.regions.map((one) => manifest.regionInfo(one));
      const lost = [first!, ...others].sort((a, b) => Buffer.compare(a.startKey, b.startKey)).at(-1)!;
      const start = Buffer.from(lost.startKey).toString();
      expect(start).toMatch(/^[ -~]+$/);
      const regions = manifest.regions.map((region) => {
        const info = manifest.regionInfo(region);
        const kept = Buffer.compare(info.startKey, lost.startKey) === 0 ? [] : [...manifest.storeFiles(region)];
        const families = manifest.tableSchema.families.map(({ name }) => ({
          ...{ name, files: kept.filter(({ family }) => family === name) },
        }));
        return { info, families };
      });
      put(layout, snapshotManifestPath(snapshot), writeSnapshotManifest(manifest.tableSchema, regions));
      const rows = ['scan', ROOT, 'latest', '-t', TABLE, '--start', start];
      expect((await terminal.holdfast(...rows, '--out', 'hfile', of('rows'))).code).toBe(0);
      const live = { exportDirectory: layout, snapshot, table: RESTORED };
      await hbase.restoreSnapshot({ ...live, dumpFile: of('lost.dump') });
      const { file, count } = truth('chain', 'T2', TABLE);
      expect((await compareCells(file, of('lost.dump'))).actualCells).toBeLessThan(count);
      await hbase.restoreAndLoad({ ...live, dumpFile: of('found.dump'), hfileDirectories: [of('rows')] });
      await expectTruth('chain', 'T2', TABLE, of('found.dump'));
    } finally {
      await terminal.close();
    }
  });

  test('tags and MOB values, whole', { timeout: 900_000 }, async () => {
    const app = await holdfastCloud();
    await layOut(app, 'tags-mob', 'T0');
    const { clockMarginSeconds: _, ...full } = AS_OF;
    const image = await backUp(app, 'Full', { ...full, tables: ['profiles'] });
    const layout = join(work, 'tags-mob');
    const snapshot = (await restored(app, image, layout)).get('profiles')!;
    const terminal = await terminalOf(app);
    const [directory, empty, dumpFile] = ['mob', 'mob-empty', 'mob.dump'].map((name) => join(work, name)) as [
      ...[string, string, string],
    ];
    try {
      const written = await terminal.holdfast('restore', ROOT, image, '-t', 'profiles', '--bulkload', directory);
      expect(written.code, written.text).toBe(0);
    } finally {
      await terminal.close();
    }
    emptied(layout, snapshot, manifestIn(layout, snapshot).tableSchema, empty);
    const request = { exportDirectory: empty, snapshot, table: RESTORED, dumpFile, hfileDirectories: [directory] };
    await hbase.restoreAndLoad(request);
    await expectTruth('tags-mob', 'T0', 'profiles', dumpFile);
  });
});

describe('files of increments, of a cluster that writes ZSTD and filters by row prefixes', () => {
  const launcher = process.env.HOLDFAST_HBASE_ZSTD;
  if (launcher === undefined || launcher === '')
    throw new Error(
      'HOLDFAST_HBASE_ZSTD is not set: a launcher of an HBase with a codec for ZSTD; test/interop/README.md',
    );
  const hbase = realHBase({ HOLDFAST_HBASE: launcher });
  const PREFIX_BYTES = 5;

  /** The source's files and descriptors of the table's snapshot become those of a family with ZSTD and such filters. */
  async function alter(app: HoldfastCloud): Promise<void> {
    const key = (path: string) => `root/${path}`;
    const write = (path: string, Body: Uint8Array) =>
      app.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: key(path), Body });
    const path = snapshotManifestPath(SNAPSHOT);
    const manifest = new SnapshotManifest((await app.objects.get('hbase', key(path), 1 << 20))!.bytes);
    const sizes = new Map<string, number>();
    for (const file of resolveStoreFiles(manifest, manifest.tableSchema.table)) {
      const place = storeFilePath('data', file);
      const { bytes } = (await app.objects.get('hbase', key(place), 1 << 24))!;
      const cells = await cellsOf(new HFileScanner(await HFileReader.open(sourceOf(bytes))));
      const bloom = { bloom: 'ROWPREFIX_FIXED_LENGTH', bloomPrefixBytes: PREFIX_BYTES } as const;
      const made = await madeHFile(cells, { compression: 'ZSTD framed', ...bloom });
      await write(place, made.bytes);
      sizes.set(file.name, made.bytes.length);
    }
    const families = manifest.tableSchema.families.map((family) => ({
      ...family,
      attributes: new Map([
        ...family.attributes,
        ...['COMPRESSION=ZSTD', 'BLOOMFILTER=ROWPREFIX_FIXED_LENGTH'].map((text) => {
          const [name, value] = text.split('=') as [string, string];
          return [name, Buffer.from(value)] as const;
        }),
      ]),
      configuration: new Map([['RowPrefixBloomFilter.prefix_length', String(PREFIX_BYTES)]]),
    }));
    const regions = manifest.regions.map((region) => ({
      info: manifest.regionInfo(region),
      families: families.map(({ name }) => ({
        name,
        files: [...manifest.storeFiles(region)]
          .filter(({ family }) => family === name)
          .map((file) => ({ name: file.name, size: sizes.get(file.name)! })),
      })),
    }));
    await write(path, writeSnapshotManifest({ ...manifest.tableSchema, families }, regions));
  }

  /** Rows that a scan of HBase finds in the range; it asks the filters, since both ends begin with the prefix. */
  function rowsFound(home: string, prefix: string): number {
    const out = join(work, `count-${prefix}`);
    const range = [`-Dhbase.mapreduce.scan.row.start=${prefix}`, `-Dhbase.mapreduce.scan.row.stop=${prefix}\\xFF`];
    const counter = 'org.apache.hadoop.hbase.mapreduce.CellCounter';
    const args = ['tool', '--root', home, '--class', counter, '--', ...range, RESTORED, `file://${out}`, ';'];
    execFileSync(launcher!, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const lines = readdirSync(out)
      .filter((name) => name.startsWith('part-'))
      .flatMap((name) => readFileSync(join(out, name), 'utf8').split('\n'));
    return Number(
      lines
        .find((line) => line.startsWith('Total ROWS'))
        ?.split(/\s+/)
        .at(-1) ?? 0,
    );
  }

  test('HBase clones them, reads what was there, and finds each row by them', { timeout: 900_000 }, async () => {
    const app = await holdfastCloud();
    await layOut(app, 'chain', 'T0');
    await alter(app);
    const { clockMarginSeconds: _, ...full } = AS_OF;
    await backUp(app, 'Full', { ...full, tables: [TABLE] });
    await layOut(app, 'chain', 'T2');
    const image = await backUp(app, 'Incremental', { ...AS_OF, tables: [TABLE] });
    const layout = join(work, 'zstd');
    const snapshots = await restored(app, image, layout);
    const snapshot = snapshots.get(TABLE)!;
    const files = resolveStoreFiles(manifestIn(layout, snapshot), manifestIn(layout, snapshot).tableSchema.table);
    for (const file of files) {
      const reader = await HFileReader.open(sourceOf(readFileSync(join(layout, storeFilePath('archive', file)))));
      expect([reader.trailer.compression, reader.zstdFraming]).toEqual(['ZSTD', 'ZSTD framed']);
      expect(reader.bloomPrefixBytes).toBe(PREFIX_BYTES);
    }
    const home = join(work, 'zstd-home');
    const dumpFile = `${home}.dump`;
    await hbase.restoreSnapshot({ exportDirectory: layout, home, snapshot, table: RESTORED, dumpFile });
    await expectTruth('chain', 'T2', TABLE, dumpFile);
    const lines = gunzipSync(readFileSync(truth('chain', 'T2', TABLE).file))
      .toString()
      .trim()
      .split('\n');
    const rows = new Set(lines.map((line) => Buffer.from(JSON.parse(line).row, 'base64').toString()));
    const prefixes = Map.groupBy(rows, (row) => row.slice(0, PREFIX_BYTES));
    const [prefix, own] = [...prefixes].sort(([, a], [, b]) => b.length - a.length)[0]!;
    expect(rowsFound(home, prefix)).toBe(own.length);
    expect(own.length).toBeGreaterThan(1);
  });
});
