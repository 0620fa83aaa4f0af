import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { DEFAULT_CLOCK_MARGIN_SECONDS } from '../../lambdas/contracts/incremental-request.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SECOND_ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { made } from '../support/log-chain.ts';
import { cloneImage } from './hbase/clone-image.ts';
import { LiveHBase } from './hbase/live-hbase.ts';
import { catchUp, showSource } from './hbase/live-source.ts';
import { type EditsOptions, randomEdits, seeded } from './hbase/random-edits.ts';
import { readableDump } from './hbase/readable-dump.ts';
import { realHBase } from './hbase/real-hbase.ts';

/** What makes HBase give every cell of a file one sequence id; it has no place in a store file. */
const fault = vi.hoisted(() => ({ isIn: false }));
vi.mock('../../core/hbase/hfile/hfile-kind.ts', async (original) => {
  const real = await original<typeof import('../../core/hbase/hfile/hfile-kind.ts')>();
  const fileInfoFor: typeof real.fileInfoFor = (...args) => {
    const info = real.fileInfoFor(...args);
    return fault.isIn ? new Map([...info, ['BULKLOAD_TIMESTAMP', Buffer.from('0000018bcfe56800', 'hex')]]) : info;
  };
  return { ...real, fileInfoFor };
});

realHBase();
const launcher = process.env.HOLDFAST_HBASE!;
const seed = Number(process.env.HOLDFAST_SEED ?? 7);
const below = seeded(seed);
const work = mkdtempSync(join(tmpdir(), 'holdfast-live-'));
const home = join(work, 'home');
const configuration = { 'hbase.hfile.compaction.discharger.interval': '1000' };
let h: HoldfastCloud;
let hbase: LiveHBase;

const VERSIONS = '1000';
/** Families that nothing is purged of but what a marker covers, so that bulk loads, which flush, may come in between. */
const ALL = {
  a: { VERSIONS },
  k: { VERSIONS, KEEP_DELETED_CELLS: 'TRUE' },
  g: { VERSIONS, COMPRESSION: 'GZ', BLOOMFILTER: 'ROWCOL', DATA_BLOCK_ENCODING: 'FAST_DIFF' },
};
interface Kind {
  readonly families: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Families that are bulk loaded into. */
  readonly loads: readonly string[];
  /** Behind the chain: no exact version is deleted where an older one may have been purged by a flush of the source alone. */
  readonly live?: EditsOptions['deletes'];
}
const tables: Readonly<Record<string, Kind>> = {
  'live:all': { families: ALL, loads: ['a', 'k', 'g'] },
  'live:newer': { families: { n: { VERSIONS, NEW_VERSION_BEHAVIOR: 'true' } }, loads: ['n'] },
  'live:few': { families: { v: { VERSIONS: '3' } }, loads: [], live: ['DeleteColumn', 'DeleteFamily'] },
};
const names = Object.keys(tables);
const familiesOf = (table: string) => Object.keys(tables[table]!.families);
const cloneOf = (table: string, name: string) => table.replace('live:', `${name}:`);

beforeAll(async () => {
  hbase = await LiveHBase.start(launcher, home, { configuration });
  h = await holdfastCloud();
});
afterAll(async () => {
  await hbase?.kill();
  rmSync(work, { recursive: true });
});

/** Edits of each table, in batches of different lengths; with the same ones for each of its copies. */
async function edit(count: number, copies: readonly string[] = ['live'], isLive = false): Promise<void> {
  for (const table of names) {
    for (let left = count; left > 0; ) {
      const length = Math.min(left, 1 + below(12));
      left -= length;
      const deletes = isLive ? tables[table]?.live : undefined;
      const edits = randomEdits(below, length, { families: familiesOf(table), ...(deletes && { deletes }) });
      for (const copy of copies) await hbase.do({ op: 'write', table: cloneOf(table, copy), edits });
    }
  }
}

async function load(count: number, copies: readonly string[] = ['live']): Promise<void> {
  for (const table of names) {
    for (const family of tables[table]!.loads) {
      const edits = randomEdits(below, count, { families: [family], deletes: [] });
      for (const copy of copies) await hbase.do({ op: 'bulkLoad', table: cloneOf(table, copy), family, edits });
    }
  }
}

async function each(op: 'flush' | 'compact', copies: readonly string[]): Promise<void> {
  for (const table of names) for (const copy of copies) await hbase.do({ op, table: cloneOf(table, copy) });
}

/** What readers of all kinds see. Raw only where nothing has been flushed since the first edit of the chain. */
async function seen(copy: string, { raw = [] }: { raw?: readonly string[] } = {}): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const dump = async (table: string, how: { until?: number; raw?: boolean }) => {
    found.set(`${table} ${JSON.stringify(how)}`, await readableDump(hbase, cloneOf(table, copy), work, how));
  };
  for (const table of names) {
    await dump(table, {});
    for (const until of [3, 5]) await dump(table, { until });
    if (raw.includes(table)) await dump(table, { raw: true });
  }
  return found;
}

const backUp = async (
  machine: 'FullBackupStateMachine' | 'IncrementalBackupStateMachine',
  root: string,
  input: object = {},
) => made(await h.run(machine, { root, source: SOURCE, tables: names, ...input }));

/** Clones the restored tables in the running HBase. */
const clone = (root: string, { id }: BackupSummary, name: string) =>
  cloneImage(h, { root, id }, { hbase, home, directory: join(work, name), nameOf: (table) => cloneOf(table, name) });

/** Of the source at T0, T1, T2, and images of both roots; those of the second have the fault in their files. */
const points: { readonly seen: Map<string, string[]>; readonly good: BackupSummary; readonly bad: BackupSummary }[] =
  [];
const UNFLUSHED = ['live:few'];

test(`a full and two increments from logs, cloned by the HBase that wrote them: what its readers saw (seed ${seed})`, async () => {
  for (const table of names) {
    const { families } = tables[table]!;
    await hbase.do({ op: 'create', table, splits: ['r5'], families });
  }
  await edit(60);
  await each('flush', ['live']);
  await load(6);
  await edit(60);
  // Of what was written within a margin before the snapshot, what its flush purged is taken out of the logs again.
  await sleep(DEFAULT_CLOCK_MARGIN_SECONDS * 1_000);
  for (const table of names) await hbase.do({ op: 'snapshot', table, name: `${table.replace(':', '-')}-T0` });
  const point = async (take: (root: string) => Promise<BackupSummary>) => {
    const now = await seen('live', { raw: UNFLUSHED });
    await showSource(h, home);
    const good = await take(ROOT);
    fault.isIn = true;
    const bad = await take(SECOND_ROOT);
    fault.isIn = false;
    points.push({ seen: now, good, bad });
    await catchUp(h);
  };
  await point((root) => backUp('FullBackupStateMachine', root));
  for (let i = 0; i < 2; i++) {
    await edit(50);
    await load(6);
    await edit(50);
    await hbase.roll();
    await point((root) => backUp('IncrementalBackupStateMachine', root, { clockMarginSeconds: 0 }));
  }
  for (const [i, { seen: then, good }] of points.entries()) {
    await clone(ROOT, good, `t${i}`);
    expect(await seen(`t${i}`, { raw: UNFLUSHED }), `T${i}, seed ${seed}`).toEqual(then);
  }
});

test('with BULKLOAD_TIMESTAMP in the same files readers see something else', async () => {
  const { seen: then, bad } = points[2]!;
  await clone(SECOND_ROOT, bad, 'bad');
  const wrong = [...(await seen('bad'))].filter(([what, cells]) => cells.join() !== then.get(what)?.join());
  expect(wrong.map(([what]) => what)).toEqual(expect.arrayContaining(['live:newer {}']));
});

test(`what is done to the source and to its clone is seen alike in both: edits, deletes, flush, kill -9, split, bulk load, major compaction (seed ${seed})`, async () => {
  const both = ['live', 't2'];
  const alike = async (what: string) => {
    const source = await seen('live');
    expect([...source.values()].flat().length).toBeGreaterThan(100);
    expect(await seen('t2'), `${what}, seed ${seed}`).toEqual(source);
  };
  await edit(40, both, true);
  await alike('edits');
  await each('flush', both);
  await alike('flush');
  await edit(40, both, true);
  await hbase.kill();
  hbase = await LiveHBase.start(launcher, home, { configuration });
  await alike('kill -9');
  for (const table of names)
    for (const copy of both) await hbase.do({ op: 'split', table: cloneOf(table, copy), key: 'r3' });
  await alike('split');
  await edit(40, both, true);
  await load(6, both);
  await edit(40, both, true);
  await alike('bulk load');
  await each('compact', both);
  await alike('major compaction');
  await edit(40, both, true);
  await alike('edits after it');
});
