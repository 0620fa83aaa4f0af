import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type FixtureName, fixture, snapshotsOf } from '../support/fixture.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { exportLayout } from './hbase/export-layout.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { realHBase } from './hbase/real-hbase.ts';

const names: FixtureName[] = ['shop', 'splits', 'bulk', 'tags-mob', 'walcomp', 'chain', 'shop-2.4.18', 'shop-2.5.8'];
const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-clone-'));
afterAll(() => rmSync(work, { recursive: true }));

describe.each(names)('fixture %s, laid out by core/hbase and cloned by HBase', (name) => {
  test.each(snapshotsOf(fixture(name)))('%s: cell for cell what was there', { timeout: 180_000 }, async (snapshot) => {
    const { cells, count } = truthOf(name, snapshot);
    const directory = join(work, name, snapshot);
    exportLayout(fixture(name), snapshot, directory);
    const [expectedFile, dumpFile] = [join(directory, 'expected.jsonl.gz'), join(directory, 'dump.jsonl')];
    writeFileSync(expectedFile, cells);
    await hbase.restoreSnapshot({ exportDirectory: directory, snapshot, table: 'restored:here', dumpFile });
    expect(await compareCells(expectedFile, dumpFile)).toEqual({
      expectedCells: count,
      actualCells: count,
      differences: [],
    });
  });
});
