import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { type Fixture, type FixtureName, fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { laterSnapshot } from '../support/later-snapshot.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { downloadTarget } from './hbase/download-target.ts';
import { exportLayout } from './hbase/export-layout.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-increments-'));
afterAll(() => rmSync(work, { recursive: true }));

/** Table, its snapshot T0; what was flushed, or compacted, since then lies below `data/`. */
const cases: readonly (readonly [FixtureName, string, string])[] = [
  ['chain', 'bank:accounts', 'accounts-T0'],
  ['chain', 'events', 'events-T0'],
  ['shop', 'shop:orders', 'shop-orders-T0'],
  ['shop', 'sensors', 'sensors-T0'],
  ['bulk', 'ledger', 'ledger-T0'],
];

async function restored(app: HoldfastCloud, image: string, directory: string): Promise<string> {
  const ended = await app.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });
  expect(ended).toMatchObject({ status: 'SUCCEEDED' });
  await downloadTarget(app, directory, { empties: true });
  return (ended.output as RestoredTables).tables[0]?.snapshot ?? '';
}

describe.each(cases)('%s, %s: a full at T0 and an increment after it', (name, table, before) => {
  test('HBase clones from each exactly what it clones from the snapshot itself', { timeout: 480_000 }, async () => {
    const directory = (...parts: string[]) => join(work, name, before, ...parts);
    const later = laterSnapshot(fixture(name), before, `${before}-later`, 10);
    const app = await holdfastCloud({ fixture: name });
    const run = async (machine: 'FullBackupStateMachine' | 'IncrementalBackupStateMachine', input: object) => {
      const ended = await app.run(machine, { root: ROOT, source: SOURCE, tables: [table], ...input });
      expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      return ended.output as { id: string; files: number; newFiles: number };
    };
    const full = await run('FullBackupStateMachine', {});
    for (const [path, Body] of later.objects)
      await app.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
    const increment = await run('IncrementalBackupStateMachine', { fromSnapshot: true });
    expect(increment.newFiles).toBeGreaterThan(0);

    const clone = async (exportDirectory: string, snapshot: string, what: string) => {
      const dumpFile = directory(`${what}.jsonl`);
      await hbase.restoreSnapshot({ exportDirectory, snapshot, table: 'restored:here', dumpFile });
      return dumpFile;
    };
    // The truth of the increment: HBase's own reading of the later snapshot, which no part of Holdfast has touched.
    const source: Fixture = new Map([
      ...fixture(name),
      ...later.objects.map(([path, bytes]) => [`hbase/${path}`, Buffer.from(bytes)] as const),
    ]);
    exportLayout(source, later.name, directory('export'));
    const truth = await clone(directory('export'), later.name, 'truth');

    const fromIncrement = await restored(app, increment.id, directory('increment'));
    const compared = await compareCells(truth, await clone(directory('increment'), fromIncrement, 'from-increment'));
    expect(compared.expectedCells).toBeGreaterThan(0);
    expect(compared).toMatchObject({ actualCells: compared.expectedCells, differences: [] });

    const { cells, count } = truthOf(name, before);
    writeFileSync(directory('t0.jsonl.gz'), cells);
    const fromFull = await restored(app, full.id, directory('full'));
    const old = await compareCells(directory('t0.jsonl.gz'), await clone(directory('full'), fromFull, 'from-full'));
    expect(old).toEqual({ expectedCells: count, actualCells: count, differences: [] });
    // Otherwise both would be restored from the same files.
    expect((await compareCells(truth, directory('from-full.jsonl'))).differences).not.toEqual([]);
  });
});
