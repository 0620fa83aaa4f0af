import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { formatTableName } from '../../core/hbase/table-name.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { type FixtureName, fixture, snapshotsOf } from '../support/fixture.ts';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { downloadTarget } from './hbase/download-target.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { realHBase } from './hbase/real-hbase.ts';

const names: FixtureName[] = ['shop', 'splits', 'bulk', 'tags-mob', 'walcomp', 'chain', 'shop-2.4.18', 'shop-2.5.8'];
const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-restore-'));
afterAll(() => rmSync(work, { recursive: true }));

describe.each(names)('fixture %s, backed up and restored by the deployed app, cloned by HBase', (name) => {
  test.each(snapshotsOf(fixture(name)))('%s: cell for cell what was there', { timeout: 240_000 }, async (snapshot) => {
    const info = fixture(name).get(`hbase/.hbase-snapshot/${snapshot}/.snapshotinfo`);
    const table = formatTableName(readSnapshotDescription(info ?? Buffer.alloc(0)).table);
    const app = await holdfastCloud({ fixture: name });
    const backup = { root: ROOT, source: SOURCE, tables: [table], snapshots: { [table]: snapshot } };
    expect(await app.run('FullBackupStateMachine', backup)).toMatchObject({ status: 'SUCCEEDED' });
    const deep = { root: ROOT, image: 'latest', mode: 'deep' };
    expect(await app.run('VerifyStateMachine', deep)).toMatchObject({ status: 'SUCCEEDED' });
    const restored = await app.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET });
    expect(restored).toMatchObject({ status: 'SUCCEEDED' });
    const [made] = (restored.output as RestoredTables).tables;

    const directory = join(work, name, snapshot);
    await downloadTarget(app, directory);
    const { cells, count } = truthOf(name, snapshot);
    const [expectedFile, dumpFile] = [join(directory, 'expected.jsonl.gz'), join(directory, 'dump.jsonl')];
    writeFileSync(expectedFile, cells);
    const clone = { exportDirectory: directory, snapshot: made?.snapshot ?? '', table: 'restored:here', dumpFile };
    await hbase.restoreSnapshot(clone);
    expect(await compareCells(expectedFile, dumpFile)).toEqual({
      expectedCells: count,
      actualCells: count,
      differences: [],
    });
  });
});
