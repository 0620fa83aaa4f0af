import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { clusterLine } from '../../../cli/described-cluster.ts';
import { finishRestore } from '../../../cli/finish-restore.ts';
import { Output } from '../../../cli/output.ts';
import type { RestoredTables } from '../../../lambdas/contracts/restored-tables.ts';

const done = (text: string | null, more: object = {}) =>
  ({
    tables: [{ command: "clone_snapshot 's', 'a:b'" }],
    labels: { decision: 'UNKNOWN', reason: 'it was not flushed' },
    script: {
      at: 's3://work/r/script.rb',
      text,
      namespaces: ["create_namespace 'a'"],
      grants: 2,
      quotas: 1,
      notRun: 0,
    },
    ...more,
  }) as unknown as RestoredTables;
const whole = Buffer.from('the whole script');
const world = (key?: string) =>
  ({ objects: { get: async (_: string, asked: string) => (asked === key ? { bytes: whole } : undefined) } }) as never;

async function said(restored: RestoredTables, file?: string, key?: string): Promise<string> {
  let text = '';
  await finishRestore(
    new Output({ write: (t) => (text += t) }, { json: false, color: false }),
    world(key),
    restored,
    file,
  );
  return text;
}

it('says what to type, namespaces first, and where the script with the rest is', async () => {
  expect((await said(done('short'))).split('\n').map((line) => line.trim())).toEqual([
    'Labels    what visibility tags in the cells mean is not known: it was not flushed',
    'Next      in the HBase shell:',
    "create_namespace 'a'  # unless it is there",
    "clone_snapshot 's', 'a:b'",
    'Script    all that with 2 permissions and 1 quota, to look through and run (hbase shell -n): s3://work/r/script.rb',
    '',
  ]);
  expect(await said(done(null, { script: null, labels: undefined }))).toBe('');
});

it('writes the script where it is told to, also one that is too long for the answer', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'script-'));
  try {
    const file = join(folder, 'script.rb');
    expect(await said(done('short'), file)).toContain(`then: hbase shell -n ${file}`);
    expect(readFileSync(file, 'utf8')).toBe('short');
    await said(done(null), file, 'r/script.rb');
    expect(readFileSync(file, 'utf8')).toBe('the whole script');
    await expect(said(done(null), file)).rejects.toMatchObject({ name: 'UnknownAnswer' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('describes a description: what it has, and what of it is not known and why', () => {
  const of = {
    at: 's3://b/cluster.json',
    sections: { namespaces: 1, labels: null },
    unreadable: { grants: 'encrypted' },
  };
  expect(clusterLine(of)).toBe(
    '1 namespace, as far as files of the source showed it: s3://b/cluster.json\ngrants not known: encrypted',
  );
  expect(clusterLine({ at: '', sections: {}, unreadable: {}, reason: 'damaged' })).toBe('not known: damaged');
});
