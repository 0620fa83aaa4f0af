import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { coprocessorKeys } from '../../core/hbase/descriptor-traits.ts';
import { SnapshotManifest } from '../../core/hbase/snapshot-manifest.ts';
import { replaceTableSchema } from '../../core/hbase/snapshot-manifest-writer.ts';
import { TRACKER } from '../../core/hbase/store-file-tracker.ts';
import { attributeOf, changeTable } from '../../core/hbase/table-change.ts';
import { readTableInfoFile } from '../../core/hbase/table-schema.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { type FixtureName, fixture } from '../support/fixture.ts';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { compareCells } from './hbase/compare-cells.ts';
import { downloadTarget } from './hbase/download-target.ts';
import { truthOf } from './hbase/fixture-truth.ts';
import { realHBase } from './hbase/real-hbase.ts';

const hbase = realHBase();
const work = mkdtempSync(join(tmpdir(), 'holdfast-descriptor-'));
afterAll(() => rmSync(work, { recursive: true }));

const SNAPSHOT = 'shop-orders-T0';
const SET = ['shop:orders:audit.TTL=FOREVER', 'shop:orders:d.VERSIONS=4', 'shop:orders.MAX_FILESIZE=1073741824'];

/** The image's HBase, tracker of its table, tracker that the target's HBase is configured with. */
const cases: readonly (readonly [FixtureName, string | null, string])[] = [
  ['shop', 'DEFAULT', 'FILE'],
  ['shop', 'FILE', 'DEFAULT'],
  ['shop-2.4.18', null, 'FILE'],
];

/** The snapshot in the source as users have it: replicated, with a coprocessor that no other cluster has. */
function usedManifest(name: FixtureName, tracker: string | null): Buffer {
  const bytes = fixture(name).get(`hbase/.hbase-snapshot/${SNAPSHOT}/data.manifest`)!;
  const change = { family: null, from: null, why: 'set' } as const;
  const used = changeTable(new SnapshotManifest(bytes).tableSchema, [
    { ...change, name: 'coprocessor$1', to: '|org.example.NotThere|1001|' },
    { ...change, name: 'REPLICATION_SCOPE', family: 'd', to: '1' },
    { ...change, name: TRACKER, to: tracker },
  ]);
  return replaceTableSchema(bytes, used);
}

test.each(cases)(
  '%s, tracker %s, restored into an HBase with %s: cloned cell for cell, with the descriptor asked for',
  async (name, tracker, configured) => {
    const directory = mkdtempSync(join(work, 'case-'));
    const home = join(directory, 'home');
    const served = await hbase.serve(home, { [TRACKER]: configured });
    await served.stop();

    const app = await holdfastCloud({ fixture: name });
    const put = (Bucket: string, Key: string, Body: Buffer) => app.cloud.call('s3', 'PutObject', { Bucket, Key, Body });
    await put('hbase', `root/.hbase-snapshot/${SNAPSHOT}/data.manifest`, usedManifest(name, tracker));
    const target = new URL(TARGET);
    const shown = [
      'hbase.id',
      'hbase.version',
      ...globSync('data/hbase/meta/.tabledesc/.tableinfo.*', { cwd: join(home, 'hbase') }),
    ];
    for (const path of shown) {
      await put(target.hostname, `${target.pathname.slice(1)}/${path}`, readFileSync(join(home, 'hbase', path)));
    }
    const backup = { root: ROOT, source: SOURCE, tables: ['shop:orders'] };
    expect(await app.run('FullBackupStateMachine', backup)).toMatchObject({ status: 'SUCCEEDED' });
    const asked = { mapping: ['restored:here'], set: SET, stripCoprocessors: true };
    const ended = await app.run('RestoreStateMachine', {
      ...{ root: ROOT, image: 'latest', tables: ['shop:orders'], target: TARGET, ...asked },
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    const { tables, shows } = ended.output as RestoredTables;

    await downloadTarget(app, join(directory, 'export'));
    const { cells, count } = truthOf(name, SNAPSHOT);
    const [expectedFile, dumpFile] = [join(directory, 'expected.jsonl.gz'), join(directory, 'dump.jsonl')];
    writeFileSync(expectedFile, cells);
    const snapshot = tables[0]?.snapshot ?? '';
    await hbase.restoreSnapshot({
      ...{ home, exportDirectory: join(directory, 'export'), snapshot, table: 'restored:here', dumpFile },
    });
    const equal = { expectedCells: count, actualCells: count, differences: [] };
    expect(await compareCells(expectedFile, dumpFile)).toEqual(equal);

    const table = join(home, 'hbase/data/restored/here');
    const [info = ''] = readdirSync(join(table, '.tabledesc')).filter((file) => file.startsWith('.tableinfo'));
    const schema = readTableInfoFile(readFileSync(join(table, '.tabledesc', info)));
    // An HBase up to 2.4 shows no tracker, and knows none: it lists directories.
    const expected = shows.tracker ?? (tracker === null ? undefined : 'DEFAULT');
    expect(shows.line).toBe(shows.tracker === null ? 'up to 2.4' : 'from 2.5 on');
    expect(attributeOf(schema, null, TRACKER)).toBe(expected);
    expect(coprocessorKeys(schema)).toEqual([]);
    expect(attributeOf(schema, null, 'MAX_FILESIZE')).toBe('1073741824');
    expect(['audit', 'd'].map((family) => attributeOf(schema, family, 'TTL'))).toEqual(['2147483647', '2147483647']);
    expect([attributeOf(schema, 'd', 'VERSIONS'), attributeOf(schema, 'd', 'REPLICATION_SCOPE')]).toEqual(['4', '0']);
    const regions = readdirSync(table).filter((file) => /^[0-9a-f]{32}$/.test(file));
    expect(regions.map((region) => existsSync(join(table, region, 'd', '.filelist')))).toEqual(
      regions.map(() => expected === 'FILE'),
    );
    expect(regions.length).toBeGreaterThan(0);
  },
);
