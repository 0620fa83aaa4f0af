import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig, readConfig } from '../../infra/config.ts';
import { ALL_OPTIONS, IMPORTS, MINIMAL } from './configurations.ts';

const refusal = (change: object): string => {
  try {
    parseConfig({ ...MINIMAL, ...change }, 'holdfast.config.json');
  } catch (error) {
    expect((error as Error).name).toBe('InvalidInput');
    return (error as Error).message;
  }
  return 'accepted';
};

describe('parseConfig', () => {
  it('fills in what is left out', () => {
    const config = parseConfig(MINIMAL, 'x');
    expect(config).toMatchObject({ stack: 'Holdfast', targets: [], schedules: [], autoRepair: true, imports: {} });
    expect(config.roots[0]).toEqual({ bucket: 'backups', prefix: 'hbase', uri: 's3://backups/hbase' });
  });

  it('takes every option, and the checked-in example', () => {
    expect(parseConfig(ALL_OPTIONS, 'x').sources[1]?.uri).toBe('s3://cluster-two/hbase');
    expect(parseConfig(IMPORTS, 'x').imports.systemBucketName).toBe('holdfast-data-systembucket-1a2b');
    expect(readConfig({ tryGetContext: () => undefined }).stack).toBe('Holdfast');
  });

  it.each([
    [{ roots: [] }, 'holdfast.config.json: roots names no backup root'],
    [{ sources: [] }, 'holdfast.config.json: sources names no HBase root directory to read'],
    [{ roots: ['s3://backups'] }, 'holdfast.config.json: roots.0 "s3://backups" has no prefix'],
    [{ roots: ['backups/hbase'] }, 'holdfast.config.json: roots.0 "backups/hbase" is no S3 URI'],
    [{ roots: ['s3://b-1/a', 's3://b-1/a/b'] }, 'roots.1 (s3://b-1/a/b) and roots.0 (s3://b-1/a) lie in one another'],
    [{ roots: ['s3://b-1/a/b', 's3://b-1/a'] }, 'roots.1 (s3://b-1/a) and roots.0 (s3://b-1/a/b) lie in one another'],
    [{ roots: ['s3://b-1/a', 's3://b-1/a/'] }, 'roots.1 (s3://b-1/a) and roots.0 (s3://b-1/a) lie in one another'],
    [{ roots: ['s3://cluster/hbase/backups'] }, 'roots.0 (s3://cluster/hbase/backups) overlaps sources.0'],
    [{ targets: ['s3://backups/hbase/x'] }, 'roots.0 (s3://backups/hbase) overlaps targets.0'],
    [{ roots: ['s3://b-1/a*'] }, 'roots.0 (s3://b-1/a*) has "*", "?" or "$"'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is refused
    [{ sources: ['s3://b-1/${aws:username}'] }, 'sources.0'],
    [{ root: 's3://b/x' }, 'Unrecognized key: "root"'],
    [{ logRetentionDays: 31 }, 'holdfast.config.json: logRetentionDays'],
    [{ stepLifeMarginMinutes: 5 }, 'holdfast.config.json: stepLifeMarginMinutes'],
    [{ bucketAccounts: { backups: '1' } }, 'bucketAccounts.backups must be an account id'],
    [{ bucketAccounts: { other: '111122223333' } }, 'bucketAccounts.other is the bucket of no root'],
    [{ keys: ['alias/backups'] }, 'keys.0 must be the ARN of a key'],
    [{ stack: '1x' }, 'holdfast.config.json: stack takes a letter'],
  ])('refuses %j and names the field', (change, message) => {
    expect(refusal(change)).toContain(message);
  });

  const schedule = {
    name: 'nightly',
    expression: 'rate(1 day)',
    input: { root: 's3://backups/hbase', source: 's3://cluster/hbase', all: true },
  };
  const { all: _all, ...neither } = schedule.input;
  it.each([
    [[{ ...schedule, expression: 'daily' }], 'schedules.0.expression must be cron'],
    [[{ ...schedule, name: 'a b' }], 'schedules.0.name takes 1 to 40'],
    [[schedule, schedule], 'schedules.1.name "nightly" is taken'],
    [[{ ...schedule, input: { ...schedule.input, root: 's3://backups/other' } }], 'schedules.0.input.root'],
    [[{ ...schedule, input: { ...schedule.input, source: 's3://x' } }], 'schedules.0.input.source'],
    // What full-backup would refuse at every start.
    [[{ ...schedule, input: neither }], 'schedules.0.input.tables is refused by full-backup: tables: name the tables'],
    [[{ ...schedule, input: { ...schedule.input, tables: ['t'] } }], 'schedules.0.input.all is refused'],
    [[{ ...schedule, input: { ...neither, tables: ['a:b:c'] } }], 'schedules.0.input.tables.0 is refused'],
    [[{ ...schedule, input: { ...schedule.input, dryrun: true } }], 'schedules.0.input.dryrun is refused'],
    [[{ ...schedule, operation: 'merge' }], 'schedules.0.operation'],
    [
      [{ ...schedule, operation: 'incremental-backup', input: { ...schedule.input, wals: 's3://wals/y' } }],
      'schedules.0.input.wals is refused by incremental-backup: s3://wals/y is not among the configured places of logs',
    ],
    [[{ ...schedule, input: { ...schedule.input, schedule: {} } }], '"schedule" is filled in by the scheduler'],
  ])('refuses the schedules %j', (schedules, message) => {
    expect(refusal({ schedules })).toContain(message);
  });
});

describe('readConfig', () => {
  const given = (config: string) => ({ tryGetContext: (key: string) => (key === 'config' ? config : undefined) });

  it('reads the file of -c config=', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'holdfast-config-')), 'c.json');
    writeFileSync(path, JSON.stringify({ ...MINIMAL, stack: 'Other' }));
    expect(readConfig(given(path)).stack).toBe('Other');
    writeFileSync(path, '{');
    expect(() => readConfig(given(path))).toThrow('c.json: the file is no JSON');
    expect(() => readConfig(given('missing.json'))).toThrow('missing.json: the file does not exist');
  });
});
