import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { made } from '../support/log-chain.ts';
import { restoredCells } from '../support/restored-cells.ts';
import { LiveHBase } from './hbase/live-hbase.ts';
import { showSource } from './hbase/live-source.ts';
import { realHBase } from './hbase/real-hbase.ts';

realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-cleaner-'));
const home = join(work, 'home');
const TTL_MS = 6_000;
/** HBase's own cleaners as they are delivered, their ten minutes scaled to seconds. */
const configuration = {
  'hbase.master.logcleaner.ttl': String(TTL_MS),
  'hbase.master.hfilecleaner.ttl': String(TTL_MS),
  'hbase.master.cleaner.interval': '1000',
};
const TABLE = 'ledger';
let h: HoldfastCloud;
let hbase: LiveHBase;
beforeAll(async () => {
  h = await holdfastCloud();
  hbase = await LiveHBase.start(process.env.HOLDFAST_HBASE!, home, { servers: 2, configuration });
});
afterAll(async () => {
  await hbase?.kill();
  rmSync(work, { recursive: true });
});

let snapshots = 0;
async function full(): Promise<BackupSummary> {
  await hbase.do({ op: 'snapshot', table: TABLE, name: `ledger-${snapshots++}` });
  await showSource(h, home);
  return made(await h.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, tables: [TABLE] }));
}

/** Rolls until what was written before may be removed. */
async function neglect(): Promise<void> {
  await hbase.roll();
  await hbase.do({ op: 'flush', table: TABLE });
  await hbase.roll();
  await sleep(TTL_MS + 3_000);
}

test('a writer, increments every few seconds, and cleaners that remove logs in between: each gap is found, no image lacks a row', async () => {
  const families = { f: {} };
  await hbase.do({ op: 'create', table: TABLE, splits: ['3', '6'], families });
  await hbase.do({ op: 'startWriter', table: TABLE, family: 'f' });
  await sleep(1_000);
  const images = [await full()];
  let gaps = 0;
  for (let round = 0; round < 10; round++) {
    if (round % 4 === 3) await neglect();
    else await sleep(500);
    await hbase.roll();
    if (round % 2 === 1) await hbase.do({ op: 'flush', table: TABLE });
    await showSource(h, home);
    const request = { root: ROOT, source: SOURCE, tables: [TABLE], clockMarginSeconds: 0 };
    const ended = await h.run('IncrementalBackupStateMachine', request);
    if (ended.status === 'SUCCEEDED') {
      images.push(ended.output as BackupSummary);
      continue;
    }
    expect(ended.error, ended.cause).toBe('LogGap');
    gaps++;
    images.push(await full());
  }
  const writes = await hbase.stopWriter();
  expect(gaps).toBeGreaterThanOrEqual(2);
  expect(images.filter(({ type }) => type === 'INCREMENTAL').length).toBeGreaterThanOrEqual(3);
  for (const { id, type, positionTo } of images) {
    const cells = (await restoredCells(h, id)).get(TABLE)!;
    const rows = new Set(
      cells.map((cell) => Buffer.from((JSON.parse(cell) as { row: string }).row, 'base64').toString()),
    );
    const lost = writes.filter(([row, , ackedMs]) => ackedMs <= positionTo && !rows.has(row));
    expect(lost, `${type} ${id} up to ${positionTo}`).toEqual([]);
    if (type === 'FULL') continue;
    const late = writes.filter(([row, begunMs]) => begunMs > positionTo && rows.has(row));
    expect(late, `${id} up to ${positionTo}`).toEqual([]);
  }
  expect(writes.filter(([, , ackedMs]) => ackedMs <= images.at(-1)!.positionTo).length).toBeGreaterThan(500);
});

test('a snapshot whose time to live is over is refused', async () => {
  const name = 'ledger-short';
  await hbase.do({ op: 'snapshot', table: TABLE, name, ttlSeconds: 60 });
  await showSource(h, home);
  await h.clock.sleep(61_000);
  const request = { root: ROOT, source: SOURCE, tables: [TABLE], snapshots: { [TABLE]: name } };
  const refused = await h.run('FullBackupStateMachine', request);
  expect(refused).toMatchObject({ status: 'FAILED', error: 'SnapshotExpired' });
  expect(refused.cause).toContain(name);
});
