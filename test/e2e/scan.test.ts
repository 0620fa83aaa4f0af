import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HFileReader } from '../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../core/hbase/hfile/hfile-scanner.ts';
import { type CanonicalCell, canonicalCell } from '../../core/hbase/scan/canonical-cell.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { filesOfSnapshot, laterSnapshot } from '../support/later-snapshot.ts';
import { terminalOf } from '../support/terminal.ts';
import { cellsOf, sourceOf } from '../unit/core/hbase/hfile/made-cells.ts';
import { asRead, expectedCells } from '../unit/core/hbase/scan/fixture-scan.ts';

const cellsIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as CanonicalCell);

async function backedUp(name: FixtureName, tables: string) {
  const cloud = await holdfastCloud({ fixture: name });
  const terminal = await terminalOf(cloud);
  const made = await terminal.holdfast('create', 'full', ROOT, '-t', tables, '--source', SOURCE);
  expect(made.text).toContain('Committed');
  return { cloud, terminal };
}

describe.each([
  [
    'splits',
    {
      crawl: 'crawl.compacted',
      'lab:crawl_copy': 'lab.crawl_copy.links',
      'lab:crawl_third': 'lab.crawl_third.split-links',
    },
  ],
  ['tags-mob', { profiles: 'profiles.T0' }],
  ['bulk', { ledger: 'ledger.T0' }],
] as const)('%s, backed up', (name, points) => {
  test('has the cells that HBase saw, raw too', async () => {
    const { terminal } = await backedUp(name, Object.keys(points).join());
    try {
      for (const [table, point] of Object.entries(points)) {
        const seen = await terminal.holdfast('scan', ROOT, 'latest', '-t', table, '--out', 'jsonl');
        expect(seen.code).toBe(0);
        expect(asRead(cellsIn(seen.text))).toEqual(expectedCells(name, `${point}.scan`));
        const raw = await terminal.holdfast('scan', ROOT, 'latest', '-t', table, '--out', 'jsonl', '--raw');
        expect(asRead(cellsIn(raw.text))).toEqual(expectedCells(name, `${point}.raw`));
      }
    } finally {
      await terminal.close();
    }
  });
});

test('an increment has all of its chain: a file of its own, the others of the full', async () => {
  const shop = fixture('shop');
  const listed = [...filesOfSnapshot(shop, 'sensors-T0').keys()];
  const early = laterSnapshot(shop, 'sensors-T0', 'early', -10, (path) => listed.slice(1).includes(path));
  const cloud = await holdfastCloud({ fixture: 'shop' });
  for (const [path, Body] of early.objects)
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  const terminal = await terminalOf(cloud);
  try {
    const from = ['-t', 'sensors', '--source', SOURCE];
    const full = await terminal.holdfast('create', 'full', ROOT, ...from, '--snapshot', 'sensors=early', '--json');
    const { id } = full.messages.find((m) => m.message_type === 'committed') as { id: string };
    const made = await terminal.holdfast('create', 'incremental', ROOT, ...from, '--from-snapshot');
    expect(made.text).toMatch(/incremental on backup_/);
    const scan = async (image: string) =>
      asRead(cellsIn((await terminal.holdfast('scan', ROOT, image, '-t', 'sensors', '--out', 'jsonl')).text));
    const expected = expectedCells('shop', 'sensors.T0.scan');
    expect(await scan('latest')).toEqual(expected);
    const before = await scan(id);
    expect(before.length).toBeGreaterThan(50);
    expect(before).not.toEqual(expected);
  } finally {
    await terminal.close();
  }
});

describe('the shop, backed up', () => {
  let cloud: HoldfastCloud;
  let terminal: Awaited<ReturnType<typeof terminalOf>>;
  let orders: CanonicalCell[];
  const scratch = mkdtempSync(join(tmpdir(), 'holdfast-scan-'));
  const scan = (...args: string[]) => terminal.holdfast('scan', ROOT, 'latest', ...args);

  beforeAll(async () => {
    ({ cloud, terminal } = await backedUp('shop', 'shop:orders,sensors'));
    orders = cellsIn((await scan('-t', 'shop:orders', '--out', 'jsonl')).text);
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true });
    await terminal.close();
  });

  test('has the cells that HBase saw', async () => {
    expect(asRead(orders)).toEqual(expectedCells('shop', 'shop.orders.T0.scan'));
    const sensors = await scan('-t', 'sensors', '--out', 'jsonl');
    expect(asRead(cellsIn(sensors.text))).toEqual(expectedCells('shop', 'sensors.T0.scan'));
  });

  test('one row, by its key, in at most 10 ranged reads', async () => {
    const row = orders[1000]?.text.row ?? '';
    const { messages, code } = await scan('-t', 'shop:orders', '--row', row, '--json');
    expect(code).toBe(0);
    const wanted = orders.filter(({ text }) => text.row === row);
    expect(messages.slice(0, -1)).toEqual(wanted.map((cell) => ({ ...cell, message_type: 'cell' })));
    expect(messages.at(-1)).toMatchObject({ message_type: 'scanned', rows: 1, cells: wanted.length, regions: 1 });
    expect(messages.at(-1)?.reads).toBeLessThanOrEqual(10);
  });

  test('ranges, columns, versions and a limit are what a filter of all cells gives', async () => {
    const ranged = await scan('-t', 'shop:orders', '--start', 'order-2\\x34', '--stop', 'order-51', '--out', 'jsonl');
    const within = orders.filter(({ text }) => text.row! >= 'order-24' && text.row! < 'order-51');
    expect(within.length).toBeGreaterThan(100);
    expect(cellsIn(ranged.text)).toEqual(within);

    const columns = await scan(
      '-t',
      'shop:orders',
      '--columns',
      'audit,d:item',
      '--columns',
      'd:qty',
      '--out',
      'jsonl',
    );
    const isAsked = ({ text }: CanonicalCell) => text.qualifier !== 'note';
    expect(orders.filter((cell) => !isAsked(cell)).length).toBeGreaterThan(10);
    expect(cellsIn(columns.text)).toEqual(orders.filter(isAsked));

    const newest = await scan('-t', 'shop:orders', '--versions', '1', '--limit', '7', '--out', 'jsonl');
    const columnOf = ({ row, family, qualifier }: CanonicalCell) => [row, family, qualifier].join();
    const first = orders.filter((cell, i) => i === 0 || columnOf(orders[i - 1]!) !== columnOf(cell));
    const rows = [...new Set(first.map(({ row }) => row))].slice(0, 7);
    expect(first.length).toBeLessThan(orders.length);
    expect(cellsIn(newest.text)).toEqual(first.filter(({ row }) => rows.includes(row)));
  });

  test('a table at the terminal', async () => {
    const { text, code } = await scan('-t', 'sensors', '--limit', '2');
    expect(code).toBe(0);
    expect(text).toMatch(/^ROW +COLUMN +TIMESTAMP +VALUE *\n/);
    expect(text).toContain('s0\\x7F\\xFF\\xFF\\xFF\\xFEO\\xAA\\xE8  m:hum ');
    expect(text).toMatch(/Scanned +2 rows, \d+ cells of sensors as of 2026-/);
  });

  test('files to load: each region and family, read again they have the cells', async () => {
    const directory = join(scratch, 'load');
    const made = await scan('-t', 'shop:orders', '--stop', 'order-26', '--out', 'hfile', directory, '--json');
    expect(made.code).toBe(0);
    const files = made.messages.at(-1)?.files as { path: string; cells: number; bytes: number }[];
    expect(files).toHaveLength(4);
    expect(readdirSync(directory).sort()).toEqual(['audit', 'd']);
    expect(files.map(({ path }) => readFileSync(path).length)).toEqual(files.map(({ bytes }) => bytes));
    const loaded: CanonicalCell[] = [];
    for (const { path, cells } of files) {
      const reader = await HFileReader.open(sourceOf(readFileSync(path)));
      expect(reader.info.has('BULKLOAD_TIMESTAMP')).toBe(true);
      const own = await cellsOf(new HFileScanner(reader));
      expect(own).toHaveLength(cells);
      loaded.push(...own.map(({ bytes }) => canonicalCell(bytes, 0, bytes.length, 0)));
    }
    const expected = asRead(orders.filter(({ text }) => text.row! < 'order-26'));
    expect(asRead(loaded).sort()).toEqual(expected.sort());
    const again = await scan('-t', 'shop:orders', '--stop', 'order-26', '--out', 'hfile', directory);
    expect(again.code).toBe(2);
    expect(again.text).toMatch(/directory: .* exists/);
    expect(files.map(({ path }) => readFileSync(path).length)).toEqual(files.map(({ bytes }) => bytes));
  });

  test('a whole table as files to load, here and in S3, by restore', async () => {
    const load = (...args: string[]) =>
      terminal.holdfast('restore', ROOT, 'latest', '-t', 'sensors', '--bulkload', ...args);
    const inS3 = await load('s3://hbase/load/sensors', '--json');
    expect(inS3.code).toBe(0);
    const files = inS3.messages.at(-1)!.files as { path: string; bytes: number }[];
    const [{ path, bytes }] = files as [{ path: string; bytes: number }];
    expect([path.replace(/[0-9a-f]{32}$/, ''), files.length]).toEqual(['s3://hbase/load/sensors/m/', 1]);
    const stored = (await cloud.objects.get('hbase', path.slice('s3://hbase/'.length), 1 << 24))!.bytes;
    expect(stored.length).toBe(bytes);
    const loaded = await cellsOf(new HFileScanner(await HFileReader.open(sourceOf(stored))));
    const canonical = loaded.map(({ bytes: cell }) => canonicalCell(cell, 0, cell.length, 0));
    expect(asRead(canonical)).toEqual(expectedCells('shop', 'sensors.T0.scan'));

    const here = join(scratch, 'whole');
    const local = await load(here);
    expect(local.text).toMatch(/Written +1 file, .* below .*whole\nLoad +hbase completebulkload .*whole TABLE/);
    const [name] = readdirSync(join(here, 'm'));
    expect(readFileSync(join(here, 'm', name!)).length).toBe(bytes);
    for (const [args, said] of [
      [['s3://hbase/load/sensors'], /directory: s3:.* exists/],
      [[`${ROOT}/images`], /DestinationRefused: directory: .* overlap/],
      [['s3://hbase/root/staging'], /DestinationRefused: directory: .* overlap/],
      [['other', '-t', 'shop:orders'], /writes the files of one table/],
      [['other', '--target', 's3://hbase/restored'], /cannot be used with/],
    ] as const) {
      const refused = await load(...args);
      expect(refused.text).toMatch(said);
      expect(refused.code).toBeGreaterThan(0);
    }
    const neither = await terminal.holdfast('restore', ROOT, 'latest');
    expect([neither.code, neither.text]).toEqual([2, expect.stringContaining('--target s3://…, or --bulkload DIR')]);
  });

  test('what cannot be answered is refused by name', async () => {
    const unknown = await scan('-t', 'shop:ordres');
    expect(unknown.code).toBe(12);
    expect(unknown.text).toContain('has no table shop:ordres; it has sensors, shop:orders');
    const family = await scan('-t', 'shop:orders', '--columns', 'x:y');
    expect(family.code).toBe(2);
    expect(family.text).toContain('the table has no family x; it has audit, d');
    for (const [args, said] of [
      [['--start', 'b', '--stop', 'a'], 'stop: the row is not behind the first one'],
      [['--start', '\\x0'], 'start: \\x is not followed by two hex digits'],
      [['--limit', '0'], 'limit: must be 1 or more'],
      [['--out', 'hfile'], 'directory: --out hfile has one'],
      [['--row', 'a', '--stop', 'b'], 'cannot be used with'],
    ] as const) {
      const refused = await scan('-t', 'shop:orders', ...args);
      expect([refused.code, refused.text]).toEqual([2, expect.stringContaining(said)]);
    }
  });

  test('a damaged or missing file is named, exit 13, and no file to load is left', async () => {
    const listed = await cloud.cloud.call('s3', 'ListObjectsV2', { Bucket: 'backups', Prefix: 'prod/images/' });
    const keys = (listed.Contents as { Key: string }[]).map(({ Key }) => Key);
    const key = keys.find((one) => /4607f239e91d041cfa462ca14efa96c8\/d\/bf7f2a6b/.test(one))!;
    const found = await cloud.objects.get('backups', key, 1 << 20);
    await cloud.cloud.call('s3', 'DeleteObject', { Bucket: 'backups', Key: key });
    const gone = await scan('-t', 'shop:orders', '--start', 'order-6');
    expect([gone.code, gone.text]).toEqual([13, expect.stringMatching(/ImageDamaged: .*bf7f2a6b.* is missing/)]);
    const other = Buffer.from(found!.bytes);
    other[100]! ^= 1;
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key: key, Body: other });
    const directory = join(scratch, 'damaged');
    const changed = await scan('-t', 'shop:orders', '--out', 'hfile', directory);
    expect([changed.code, changed.text]).toEqual([13, expect.stringMatching(/bf7f2a6b.* is not the object that was/)]);
    expect(readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual([]);
    const inS3 = await scan('-t', 'shop:orders', '--out', 'hfile', 's3://hbase/load/orders');
    expect(inS3.code).toBe(13);
    expect((await cloud.listing('hbase')).filter((line) => line.includes('load/orders'))).toEqual([]);
    const elsewhere = await scan('-t', 'shop:orders', '--stop', 'order-5', '--out', 'jsonl');
    expect(elsewhere.code).toBe(0);
  });
});
