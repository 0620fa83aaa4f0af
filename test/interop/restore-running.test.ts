import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import type { FixtureName } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { type Mirror, mirrorTarget } from './hbase/mirrored-target.ts';
import { realHBase, type ServingHBase } from './hbase/real-hbase.ts';

/** Files that nothing refers to are gone one to three seconds after they were written. */
const EAGER_CLEANERS = {
  'hbase.master.hfilecleaner.ttl': '1000',
  'hbase.master.cleaner.interval': '1000',
  'hbase.master.hfilecleaner.plugins.snapshot.period': '2000',
};
const SEVERAL_ROUNDS_MS = 6_000;

const hbase = realHBase();
let home: string;
let running: ServingHBase | undefined;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'holdfast-running-'));
  running = await hbase.serve(home, EAGER_CLEANERS);
});
afterEach(async () => {
  await running?.stop();
  rmSync(home, { recursive: true });
});

async function restart(): Promise<void> {
  await running?.stop();
  running = undefined;
  running = await hbase.serve(home, EAGER_CLEANERS);
  await sleep(SEVERAL_ROUNDS_MS);
}

async function backedUp(fixture: FixtureName, table: string, snapshot: string): Promise<HoldfastCloud> {
  const app = await holdfastCloud({ fixture });
  const request = { root: ROOT, source: SOURCE, tables: [table], snapshots: { [table]: snapshot } };
  expect(await app.run('FullBackupStateMachine', request)).toMatchObject({ status: 'SUCCEEDED' });
  return app;
}

/** An HFile that nothing refers to. */
function placeDecoy(): string {
  const directory = join(home, 'hbase/archive/data/default/decoy/0123456789abcdef0123456789abcdef/d');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'fedcba9876543210fedcba9876543210');
  writeFileSync(file, 'a decoy');
  return file;
}

const restored = async (app: HoldfastCloud) => {
  const ended = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  return (ended.output as RestoredTables).tables[0]!;
};

const isStoreFile = (path: string) => path.startsWith('archive/');
const filesOf = (mirror: Mirror) => mirror.present().filter(isStoreFile);

/** Stops the HBase and has it clone the snapshot out of its own root directory. */
async function expectCloned(fixture: FixtureName, taken: string, published: string): Promise<void> {
  await running?.stop();
  running = undefined;
  const { cells, count } = truthOf(fixture, taken);
  const [expectedFile, dumpFile] = [join(home, 'expected.jsonl.gz'), join(home, 'dump.jsonl')];
  writeFileSync(expectedFile, cells);
  const clone = { home, exportDirectory: join(home, 'hbase'), snapshot: published, table: 'restored:here', dumpFile };
  await hbase.restoreSnapshot(clone);
  expect(await compareCells(expectedFile, dumpFile)).toEqual({
    expectedCells: count,
    actualCells: count,
    differences: [],
  });
}

test('a slow restore below the root of a running HBase loses no file', async () => {
  const app = await backedUp('shop', 'shop:orders', 'shop-orders-T0');
  let decoy = '';
  const mirror = mirrorTarget(app, {
    ...{ home, target: TARGET, copyMs: 800 },
    beforeWrite: (path) => {
      if (decoy === '' && isStoreFile(path)) decoy = placeDecoy();
    },
  });
  const { snapshot, files } = await restored(app);
  expect(mirror.lost).toEqual([]);
  expect(existsSync(decoy)).toBe(false);
  await sleep(SEVERAL_ROUNDS_MS);
  expect(filesOf(mirror)).toHaveLength(files);
  await expectCloned('shop', 'shop-orders-T0', snapshot);
});

test('the same without the hold: HBase removes what is placed, and nothing is published that is not whole', async () => {
  const app = await backedUp('walcomp', 'metrics', 'metrics-T0');
  const hides = (path: string) => path.startsWith('.hbase-snapshot/.tmp/');
  const mirror = mirrorTarget(app, { home, target: TARGET, copyMs: 2_000, hides });
  const ended = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
  expect(mirror.lost).not.toEqual([]);
  if (ended.status === 'FAILED') {
    expect(ended.error).toBe('VerificationFailed');
    expect(mirror.present().filter((path) => path.endsWith('.snapshotinfo'))).toEqual([]);
  } else {
    const [table] = (ended.output as RestoredTables).tables;
    expect(filesOf(mirror)).toHaveLength(table?.files ?? 0);
  }
});

test('a master that restarts meanwhile wipes the hold: what it takes is copied again, and none while publishing', async () => {
  const app = await backedUp('splits', 'lab:crawl_copy', 'lab-crawl_copy-links');
  let copies = 0;
  let lostBefore: string[] = [];
  const mirror = mirrorTarget(app, {
    ...{ home, target: TARGET, copyMs: 500 },
    beforeWrite: async (path) => {
      if (isStoreFile(path) && ++copies === 9) await restart();
      if (!/^\.hbase-snapshot\/holdfast_[^/]*\/\.snapshotinfo$/.test(path)) return;
      lostBefore = mirror.lost.filter(isStoreFile);
      await restart();
    },
  });
  const { snapshot, files } = await restored(app);
  expect(mirror.lost.filter((path) => path.startsWith('.hbase-snapshot/.tmp/'))).toHaveLength(4);
  expect(lostBefore).not.toEqual([]);
  await sleep(SEVERAL_ROUNDS_MS);
  expect(mirror.lost.filter(isStoreFile)).toEqual(lostBefore);
  expect(filesOf(mirror)).toHaveLength(files);
  await expectCloned('splits', 'lab-crawl_copy-links', snapshot);
});
