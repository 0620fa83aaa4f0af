import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../../core/canonical-json.ts';
import { compressLines } from '../../../../core/compressed-lines.ts';
import { sha256 } from '../../../../core/digest.ts';
import { pourCells } from '../../../../core/hbase/hfile/cell-cursor.ts';
import { HFileReader } from '../../../../core/hbase/hfile/hfile-reader.ts';
import { HFileScanner } from '../../../../core/hbase/hfile/hfile-scanner.ts';
import { SnapshotManifest } from '../../../../core/hbase/snapshot-manifest.ts';
import type { SeenIds } from '../../../../core/plan/logs/edits-seen.ts';
import { positionsOfSnapshot } from '../../../../core/plan/logs/log-position.ts';
import { logStreams } from '../../../../core/plan/logs/log-streams.ts';
import { planLogs } from '../../../../core/plan/logs/plan-logs.ts';
import { TargetRegions } from '../../../../core/plan/logs/target-regions.ts';
import { parseS3Uri } from '../../../../core/s3-uri.ts';
import {
  indexKey,
  knownFilesKey,
  madePrefix,
  walListKey,
  walPlanKey,
  workPrefix,
} from '../../../../core/stack-layout.ts';
import { s3Logs } from '../../../../lambdas/adapters/hbase/log-listing.ts';
import { s3ObjectStore } from '../../../../lambdas/adapters/s3/object-store.ts';
import { putSplitResult, readSplitResult } from '../../../../lambdas/operations/split-results.ts';
import { compressWals, knownFilesLine, putWalPlan, walLine } from '../../../../lambdas/operations/wal-plan.ts';
import { readWalSummary } from '../../../../lambdas/operations/wal-results.ts';
import { BackupSession, putSource } from '../../../support/backup-session.ts';
import { Bucket } from '../../../support/bucket.ts';
import { fixture } from '../../../support/fixture.ts';
import { memorySource } from '../../../support/wal-lines.ts';
import { WORK_BUCKET, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const SOURCE = 's3://hbase/root';
const TABLE = 'bank:accounts';
const chain = fixture('chain');
const dataManifest = new SnapshotManifest(chain.get('hbase/.hbase-snapshot/accounts-T0/data.manifest')!);
const regions = new TargetRegions(dataManifest, TABLE);
/** Creation of accounts-T0, and the roll of the server that was left at T2. */
const T0 = 1_795_452_692_200;
const T1 = 1_795_452_694_828;
const T2 = 1_795_452_700_375;

let world: World;
let session: BackupSession;
let work: string;

beforeEach(async () => {
  world = await World.create({ roots: [ROOT], sources: [SOURCE], versioned: true });
  await putSource(world, SOURCE, chain);
  session = new BackupSession(world, { root: ROOT, source: SOURCE });
  await session.begin();
  work = workPrefix(ROOT, session.begun!.sessionId);
});

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What PlanWals writes, of one table; each log is a part of its own. */
async function plan(boundary = T2, clockMarginMs = 0): Promise<void> {
  const objects = s3ObjectStore(world.clients);
  const streams = logStreams(await s3Logs(objects).list(parseS3Uri(SOURCE, 'wals')));
  const { logs = [] } = positionsOfSnapshot(streams, { createdMs: T0, type: 'FLUSH' }, 0);
  const base = { table: TABLE, parent: 'backup_1', position: T0, logs: logs! };
  const planned = planLogs(streams, [base], { nowMs: T2 + 1_000, clockMarginMs: 0, includeActive: false });
  expect(planned.boundary).toBe(T2);
  const wals = planned.logs.map((log, i) => walLine(log, i, () => 0));
  const parts = wals.map(({ wal, sizeBytes }) => ({ part: wal, wals: [wal, wal], bytes: sizeBytes }));
  const files = Object.groupBy(dataManifest.regions, ({ encodedName }) => encodedName);
  const known = regions.regions.map(({ encodedName, startKey }) => {
    const stores = Object.groupBy(dataManifest.storeFiles(files[encodedName]![0]!), ({ family }) => family);
    const names = Object.entries(stores).map(([family, list]) => [family, list!.map(({ name }) => name)]);
    return { region: encodedName, startKey: hex(startKey), files: Object.fromEntries(names) };
  });
  const put = (key: string, bytes: Uint8Array) => objects.put(WORK_BUCKET, key, bytes);
  await put(walListKey(work), compressWals(wals));
  await put(knownFilesKey(work), compressLines(known.map((region) => knownFilesLine(0, region))));
  await put(indexKey(work, 'wal'), Buffer.from(parts.map((part) => `${canonicalJson(part)}\n`).join('')));
  await putWalPlan(objects, WORK_BUCKET, work, {
    ...{ format: 1, sessionId: session.begun!.sessionId, wals: SOURCE, source: SOURCE, startedAt: 7, boundary },
    ...{
      clockMarginMs: 0,
      includeActive: false,
      orFull: false,
      fullTables: [],
      newServers: [],
      plannedAt: Number.MAX_SAFE_INTEGER,
    },
    streams: streams.map(({ isServing, logs: listed }) => ({
      isServing,
      logs: listed.map(({ path, sizeBytes, etag, modifiedMs }) => ({ path, sizeBytes, etag, modifiedMs })),
    })),
    tables: [
      {
        ...{
          table: TABLE,
          index: 0,
          parent: 'backup_1',
          position: T0,
          snapshotPosition: T0,
          clockMarginMs,
          parentManifestSha256: sha256(''),
          parentIndex: 0,
        },
        logs: [...logs!],
        families: dataManifest.tableSchema.families.map(({ name }) => ({
          ...{ name, compression: 'GZ' as const, blockBytes: 2_000, bloom: 'ROW' as const, isMob: false },
        })),
        regions: regions.regions.map(({ encodedName, startKey, endKey }) => ({
          ...{ encodedName, startKey: hex(startKey), endKey: hex(endKey) },
        })),
      },
    ],
  });
}

const index = async (map: 'wal' | 'merge') =>
  (await new Bucket(world, WORK_BUCKET).get(indexKey(work, map)))
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as object);

async function run(): Promise<void> {
  const batch = { ...session.batchInput(), wals: SOURCE };
  for (const line of await index('wal')) await world.call('SplitWals', { Items: [line], BatchInput: batch });
  await world.call('PlanMerge', { ...session.holder, execution: session.begun!.execution });
  for (const line of await index('merge')) await world.call('MergeRuns', { Items: [line], BatchInput: batch });
}

async function cellsOf(bytes: Buffer): Promise<string[]> {
  const cells: string[] = [];
  const scanner = new HFileScanner(await HFileReader.open(memorySource(bytes)));
  await pourCells(scanner, (b, at) => {
    const cell = Buffer.from(b.buffer, b.byteOffset + at);
    const [keyLength, valueLength, rowLength] = [cell.readInt32BE(0), cell.readInt32BE(4), cell.readUInt16BE(8)];
    const familyAt = 10 + rowLength;
    const qualifierAt = familyAt + 1 + cell[familyAt]!;
    const end = 8 + keyLength;
    const part = (from: number, to: number) => cell.subarray(from, to).toString('base64');
    const key = [part(10, familyAt), part(qualifierAt, end - 9), cell.readBigInt64BE(end - 9), cell[end - 1]];
    cells.push([...key, part(end, end + valueLength)].join(' '));
    return undefined;
  });
  return cells;
}

const TYPES: Readonly<Record<string, number>> = {
  Put: 4,
  Delete: 8,
  DeleteFamilyVersion: 10,
  DeleteColumn: 12,
  DeleteFamily: 14,
};

/** Every cell that HBase had stored at a point, delete markers too. */
function storedAt(point: 'T0' | 'T1' | 'T2' | 'end'): string[] {
  const lines = gunzipSync(chain.get(`expected/bank.accounts.${point}.raw.jsonl.gz`)!)
    .toString()
    .split('\n');
  return lines.filter(Boolean).map((line) => {
    const { row, qualifier = '', ts, type, value = '' } = JSON.parse(line) as Record<string, string>;
    return [row, qualifier, ts, TYPES[type!], value].join(' ');
  });
}

const madeFiles = async () => {
  const bucket = new Bucket(world, WORK_BUCKET);
  const keys = await bucket.keys(madePrefix(work));
  return Promise.all(
    keys.map(async (key) => ({ path: key.slice(madePrefix(work).length), bytes: await bucket.get(key) })),
  );
};

/** Of a value, which no reader of the format would notice. */
async function flipAByte(bucket: Bucket, key: string): Promise<void> {
  const bytes = await bucket.get(key);
  const at = bytes.indexOf('balance') + 'balance'.length + 12;
  bytes[at] = bytes[at]! ^ 1;
  await bucket.put(key, bytes);
}

describe('the logs of a real HBase between a snapshot and a roll', () => {
  it('become one HFile a region and family, which has what the table got in between and nothing later', async () => {
    await plan();
    await run();
    const made = await madeFiles();
    expect(made.map(({ path }) => path.split('/').slice(0, 4).join('/')).sort()).toEqual(
      [...new Set(made.map(({ path }) => path.split('/').slice(0, 4).join('/')))].sort(),
    );
    const cells = new Set((await Promise.all(made.map(({ bytes }) => cellsOf(bytes)))).flat());
    const [before, at, later] = [new Set(storedAt('T0')), storedAt('T2'), storedAt('end')];
    const since = at.filter((cell) => !before.has(cell));
    expect(since.length).toBeGreaterThan(50);
    expect(since.filter((cell) => !cells.has(cell))).toEqual([]);
    const atT2 = new Set(at);
    const tooLate = later.filter((cell) => !atT2.has(cell));
    expect(tooLate.length).toBeGreaterThan(0);
    expect(tooLate.filter((cell) => cells.has(cell))).toEqual([]);

    const summary = await readWalSummary(s3ObjectStore(world.clients), WORK_BUCKET, work);
    expect(summary.positions).toMatchObject([
      { server: expect.stringContaining('38611'), isEnded: true },
      { from: T2, isEnded: false },
    ]);
    expect(summary.tables[0]).toMatchObject({ index: 0, tornTails: 0 });
  });

  it('leave out what was written after the boundary, wherever it stands', async () => {
    await plan(T1);
    await run();
    const cells = new Set((await Promise.all((await madeFiles()).map(({ bytes }) => cellsOf(bytes)))).flat());
    const [before, at, later] = [new Set(storedAt('T0')), storedAt('T1'), storedAt('T2')];
    expect(at.filter((cell) => !before.has(cell) && !cells.has(cell))).toEqual([]);
    const atT1 = new Set(at);
    const tooLate = later.filter((cell) => !atT1.has(cell));
    expect(tooLate.length).toBeGreaterThan(50);
    expect(tooLate.filter((cell) => cells.has(cell))).toEqual([]);
  });

  it('make the same bytes when all of it runs again', async () => {
    await plan();
    await run();
    const first = await madeFiles();
    await run();
    expect(await madeFiles()).toEqual(first);
  });

  it('may have the same cells twice, as logs that were replayed do: they are one', async () => {
    await plan();
    await run();
    const [first, parts] = [await madeFiles(), (await index('wal')).length];
    const bucket = new Bucket(world, 'hbase');
    const log = (await bucket.keys('root/WALs/')).find((key) => key.endsWith('.1795452692088'))!;
    await bucket.put(
      `root/oldWALs/${log.split('/').at(-1)!.replace('.1795452692088', '.1795452692300')}`,
      await bucket.get(log),
    );
    await new Bucket(world, WORK_BUCKET).remove(walPlanKey(work));
    await plan();
    await run();
    expect(await index('wal')).toHaveLength(parts + 1);
    expect(await madeFiles()).toEqual(first);
  });

  it('are found again when they move to the archive after they were planned', async () => {
    await plan();
    await run();
    const first = await madeFiles();
    const bucket = new Bucket(world, 'hbase');
    const moved = (await bucket.keys('root/WALs/')).find((key) => key.endsWith('.1795452692088'))!;
    await bucket.put(`root/oldWALs/${moved.split('/').at(-1)}`, await bucket.get(moved));
    await bucket.remove(moved);
    await run();
    expect(await madeFiles()).toEqual(first);
  });

  it.each([
    ['is gone', async (bucket: Bucket, key: string) => bucket.remove(key), 'LogUnreadable'],
    ['has other content', flipAByte, 'LogUnreadable'],
  ])('that %s stop the session', async (_what, tamper, name) => {
    await plan();
    const bucket = new Bucket(world, 'hbase');
    const key = (await bucket.keys('root/WALs/')).find((candidate) => candidate.endsWith('.1795452692088'))!;
    await tamper(bucket, key);
    await expect(run()).rejects.toMatchObject({ name, message: expect.stringMatching(/is gone|other content/) });
  });

  it('that no part tells of stop the session', async () => {
    await plan();
    const place = { bucket: WORK_BUCKET, work };
    const objects = s3ObjectStore(world.clients);
    const batch = { ...session.batchInput(), wals: SOURCE };
    for (const line of await index('wal')) await world.call('SplitWals', { Items: [line], BatchInput: batch });
    await putSplitResult(objects, place, 0, { ...(await readSplitResult(objects, place, 0)), logs: [] });
    const merge = world.call('PlanMerge', { ...session.holder, execution: session.begun!.execution });
    await expect(merge).rejects.toMatchObject({ name: 'UnknownAnswer', message: expect.stringContaining('tells of') });
  });

  it('that leave out edits which others go on from stop the session', async () => {
    await plan();
    const place = { bucket: WORK_BUCKET, work };
    const objects = s3ObjectStore(world.clients);
    const batch = { ...session.batchInput(), wals: SOURCE };
    for (const line of await index('wal')) await world.call('SplitWals', { Items: [line], BatchInput: batch });
    const result = await readSplitResult(objects, place, 0);
    const [facts, ...others] = result.regions;
    const last = 1_000_000;
    const seen = [[last, last, T2, T2, 0], ...facts!.seen.map(([a, b, from]) => [a, b, from, T2 - 1, 0])];
    const regions = [{ ...facts!, seen: seen as unknown as SeenIds[] }, ...others];
    await putSplitResult(objects, place, 0, { ...result, regions });
    const merge = world.call('PlanMerge', { ...session.holder, execution: session.begun!.execution });
    await expect(merge).rejects.toMatchObject({ name: 'LogGap', message: expect.stringContaining('edits between') });
  });

  it.each([
    ['a family that the table has not', 'strange/../f', `${'a'.repeat(32)}_SeqId_9_`, 1],
    ['what is no HFile', 'd', `${'a'.repeat(32)}.${'b'.repeat(32)}`, 1],
    [
      'what the parent may have left out, by the margin of its clocks,',
      'd',
      `${'a'.repeat(32)}.${'b'.repeat(32)}`,
      -29_999,
    ],
  ])('with a bulk load of %s stop the session', async (_what, family, file, afterParent) => {
    await plan(T2, 30_000);
    const place = { bucket: WORK_BUCKET, work };
    const objects = s3ObjectStore(world.clients);
    const batch = { ...session.batchInput(), wals: SOURCE };
    for (const line of await index('wal')) await world.call('SplitWals', { Items: [line], BatchInput: batch });
    const result = await readSplitResult(objects, place, 0);
    const stores = [{ family: family === 'd' ? dataManifest.tableSchema.families[0]!.name : family, files: [file] }];
    const region = regions.regions[0]!.encodedName;
    const table = { namespace: 'bank', qualifier: 'accounts' };
    const event = { kind: 'bulk-load', table, region, sequenceId: 9, stores } as const;
    const seen = { event, sequenceId: 9, writeTimeMs: T0 + afterParent };
    await putSplitResult(objects, place, 0, { ...result, events: [...result.events, { table: 0, seen }] });
    const merge = world.call('PlanMerge', { ...session.holder, execution: session.begun!.execution });
    await expect(merge).rejects.toMatchObject({ name: 'ChainBroken', message: expect.stringContaining('bulk load') });
  });

  it('that were closed and end without their trailer stop the session, and say where', async () => {
    const bucket = new Bucket(world, 'hbase');
    const key = (await bucket.keys('root/WALs/')).find((candidate) => candidate.endsWith('.1795452692088'))!;
    await bucket.put(key, (await bucket.get(key)).subarray(0, 20_000));
    await plan();
    await expect(run()).rejects.toMatchObject({ name: 'LogUnreadable', message: expect.stringMatching(/byte \d+/) });
  });
});
