import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { downloadTarget } from './hbase/download-target.ts';

const { HOLDFAST_HBASE: launcher = '', HOLDFAST_JRUBY: jruby = '' } = process.env;
const here = (name: string) => fileURLToPath(new URL(`hbase/shell/${name}`, import.meta.url));

/** What the source of the fixture had, see hbase/java/holdfast/hbase/DescribedCluster.java. */
const COPROCESSORS = {
  'hbase.security.authorization': 'true',
  'hbase.superuser': 'root',
  'hbase.coprocessor.master.classes': 'org.apache.hadoop.hbase.security.access.AccessController',
  'hbase.coprocessor.region.classes': 'org.apache.hadoop.hbase.security.access.AccessController',
  'hbase.coprocessor.regionserver.classes': 'org.apache.hadoop.hbase.security.access.AccessController',
  'hbase.quota.enabled': 'true',
};

test('the script of a restore gives a new cluster namespace, table, permissions and quotas, and may be run again', async () => {
  if (launcher === '' || jruby === '') {
    throw new Error(
      'set HOLDFAST_HBASE to a launcher and HOLDFAST_JRUBY to jruby-complete (org.jruby:jruby-complete:9.3.15.0)',
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-script-'));
  try {
    const app = await holdfastCloud({ fixture: 'described' });
    const full = { root: ROOT, source: SOURCE, tables: ['shop:orders'] };
    expect(await app.run('FullBackupStateMachine', full)).toMatchObject({ status: 'SUCCEEDED' });
    // The new cluster has no labels, and no VisibilityController.
    const restore = { root: ROOT, image: 'latest', target: TARGET, ignoreLabels: true };
    const ended = await app.run('RestoreStateMachine', restore);
    expect([ended.status, ended.cause]).toEqual(['SUCCEEDED', undefined]);
    await downloadTarget(app, join(folder, 'home', 'hbase'));
    const script = join(folder, 'script.rb');
    writeFileSync(script, (ended.output as RestoredTables).script?.text ?? '');

    const target = process.env.HBASE_TARGET ?? join(dirname(launcher), 'target');
    const classes = join(folder, 'classes');
    mkdirSync(classes);
    execFileSync('javac', ['-nowarn', '-d', classes, '-cp', join(target, 'lib', '*'), here('ShellScript.java')]);
    const settings = Object.entries(COPROCESSORS).flatMap(([name, value]) => ['--conf', `${name}=${value}`]);
    const seen = join(folder, 'seen.txt');
    const tool = ['tool', '--root', join(folder, 'home'), ...settings, '--class', 'ShellScript'];
    const ran = spawnSync(launcher, [...tool, '--', here('commands.rb'), script, 'shop:orders', seen], {
      encoding: 'utf8',
      env: { ...process.env, HBASE_CLASSES: `${classes}:${jruby}` },
    });
    expect(ran.stderr.slice(-4_000) + ran.status).toMatch(/0$/);
    expect(readFileSync(seen, 'utf8').trim().split('\n')).toEqual([
      'grant @analysts RX shop:orders - -',
      'grant alice RW shop:orders - -',
      'grant carol RW shop:orders d price',
      "grant o'brien R shop:orders d -",
      'grant root RWXCA shop:orders - -',
      'namespace default {}',
      'namespace hbase {}',
      "namespace shop {owner=o'brien #{team}}",
      'quota alice shop:orders TYPE => THROTTLE, THROTTLE_TYPE => READ_NUMBER, LIMIT => 20req/sec, SCOPE => MACHINE',
      'quota null shop:orders TYPE => SPACE, TABLE => shop:orders, LIMIT => 2.00G, VIOLATION_POLICY => NO_INSERTS',
      'quota null shop:orders TYPE => THROTTLE, THROTTLE_TYPE => REQUEST_NUMBER, LIMIT => 500req/sec, SCOPE => MACHINE',
      'table shop:orders true',
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
