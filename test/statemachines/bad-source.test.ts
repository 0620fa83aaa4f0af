import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readSnapshotDescription, writeSnapshotDescription } from '../../core/hbase/snapshot-description.ts';
import { FaultBench, INPUT, type Moment } from '../support/fault-bench.ts';

import { madeTable } from '../support/made-table.ts';

let bench: FaultBench;
let before: Moment;
/** Of the table `sensors`: a store file's key, and its snapshot's two files. */
let file: string;
const SNAPSHOT = 'root/.hbase-snapshot/sensors-T0';

beforeAll(async () => {
  bench = await FaultBench.create();
  for (const key of (await bench.moment()).facts.objects.keys()) {
    const path = /\/data\/(default\/sensors\/.*)$/.exec(key)?.[1];
    if (path) file = `root/data/${path}`;
  }
});
beforeEach(async () => {
  await bench.reset();
  before = await bench.moment();
});
afterEach(() => bench.disarm());

const call = (operation: string, input: object) => bench.h.cloud.call('s3', operation, { Bucket: 'hbase', ...input });
const bytesOf = async (key: string) => Buffer.from((await bench.h.objects.get('hbase', key, 1 << 26))?.bytes ?? '');
const put = (Key: string, Body: Uint8Array, more: object = {}) => call('PutObject', { Key, Body, ...more });
const remove = (Key: string) => call('DeleteObject', { Key });
const describeSnapshot = async (change: object) => {
  const info = readSnapshotDescription(await bytesOf(`${SNAPSHOT}/.snapshotinfo`));
  await put(`${SNAPSHOT}/.snapshotinfo`, writeSnapshotDescription({ ...info, ...change }));
};

/** Does something to the source when the first copy is about to begin, that is after the plan. */
function whenCopying(act: () => Promise<unknown>): void {
  bench.at(
    'the first copy',
    ({ operation }) => operation === 'CopyObject',
    async (copy, next) => {
      await act();
      return next(copy);
    },
    1,
  );
}

/** S3 refuses to hand the file out, whatever it is asked for. */
function denied(): void {
  bench.at(
    'the file',
    ({ operation, input }) => {
      const source = operation === 'CopyObject' ? decodeURIComponent(String(input.CopySource)) : '';
      const key = /^(Get|Head)Object$/.test(operation) ? String(input.Key) : '';
      return source.includes(file) || key === file;
    },
    async () => {
      throw Object.assign(new Error('Access Denied'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    },
  );
}

type Case = readonly [what: string, error: string, tamper: () => Promise<unknown> | unknown];
const FILES: readonly Case[] = [
  ['missing', 'SourceFileMissing', () => remove(file)],
  ['truncated', 'SourceChanged', async () => put(file, (await bytesOf(file)).subarray(0, 100))],
  ['gone when it is copied', 'SourceFileMissing', () => whenCopying(() => remove(file))],
  [
    'another when it is copied',
    'SourceChanged',
    () => whenCopying(async () => put(file, Buffer.alloc((await bytesOf(file)).length))),
  ],
  ['archived', 'SourceUnreadable', async () => put(file, await bytesOf(file), { StorageClass: 'GLACIER' })],
  [
    'encrypted by EMRFS',
    'SourceUnreadable',
    async () =>
      put(file, Buffer.alloc((await bytesOf(file)).length + 16), {
        Metadata: { 'x-amz-key-v2': 'x', 'x-amz-iv': 'y' },
      }),
  ],
  ['refused with 403', 'SourceUnreadable', denied],
];
const SNAPSHOTS: readonly Case[] = [
  [
    'damaged',
    'SnapshotDamaged',
    async () => put(`${SNAPSHOT}/data.manifest`, (await bytesOf(`${SNAPSHOT}/data.manifest`)).subarray(0, 200)),
  ],
  ['v1', 'SnapshotUnsupported', () => describeSnapshot({ version: 0 })],
  ['of an unknown version', 'SnapshotUnsupported', () => describeSnapshot({ version: 3 })],
  ['expired', 'SnapshotExpired', () => describeSnapshot({ creationMs: 1_000, ttlSeconds: 5 })],
  ['gone', 'SnapshotNotFound', () => remove(`${SNAPSHOT}/.snapshotinfo`)],
];

describe('the session fails with its reason and is rolled back, when', () => {
  it.each(FILES)('a source file is %s', async (_what, error, tamper) => {
    await tamper();
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error });
    expect(failed.cause).toContain(file.split('/').at(-1));
    await bench.expectRolledBack(before, new RegExp(`${error}.*${file.split('/').at(-1)}`));
  });

  it.each(SNAPSHOTS)('the snapshot is %s', async (_what, error, tamper) => {
    await tamper();
    expect(await bench.backUp()).toMatchObject({ status: 'FAILED', error });
    await bench.expectRolledBack(before, new RegExp(error));
  });

  it('the snapshot that is named is of another table', async () => {
    const failed = await bench.backUp({ ...INPUT, snapshots: { sensors: 'shop-orders-T0' } });
    expect(failed).toMatchObject({ error: 'SnapshotDamaged', cause: expect.stringContaining('shop:orders') });
    await bench.expectRolledBack(before, /SnapshotDamaged/);
  });

  it('all tables are asked for and some have no snapshot: all of them are named', async () => {
    for (const key of [
      'root/data/made/up/.tabledesc/.tableinfo.0000000001.10',
      'root/data/made/down/.tabledesc/.tableinfo.0000000001.10',
    ])
      await put(key, Buffer.of(1));
    const { tables: _, ...rest } = INPUT;
    const failed = await bench.backUp({ ...rest, all: true });
    for (const name of ['made/up', 'made/down']) await remove(`root/data/${name}/.tabledesc/.tableinfo.0000000001.10`);
    expect(failed.error).toBe('SnapshotNotFound');
    expect(failed.cause).toMatch(/made:down.*made:up/);
    await bench.expectRolledBack(before, /SnapshotNotFound/);
  });
});

describe('the session succeeds, when', () => {
  it('HBase archives a file between plan and copy (R2)', async () => {
    const bytes = await bytesOf(file);
    whenCopying(async () => {
      await put(file.replace('root/data/', 'root/archive/data/'), bytes);
      await remove(file);
    });
    expect(await bench.backUp()).toMatchObject({ status: 'SUCCEEDED', output: { files: 3, newFiles: 3 } });
    bench.check();
    await remove(file.replace('root/data/', 'root/archive/data/'));
    await bench.expectSound();
  });

  it.each([
    ['made:none', 0],
    ['made:one', 1],
    ['größe:tabelle', 3],
    ['made:many', 10_000],
  ])('the table %s has %d files', async (table, count) => {
    for (const [key, bytes] of madeTable(table, 'made-T0', count)) await put(`root/${key}`, bytes);
    const done = await bench.backUp({ ...INPUT, tables: [table], snapshots: { [table]: 'made-T0' } });
    for await (const { key } of bench.h.objects.list('hbase', 'root/.hbase-snapshot/made-T0/')) await remove(key);
    expect(done.cause).toBeUndefined();
    expect(done).toMatchObject({ status: 'SUCCEEDED', output: { tables: 1, files: count, newFiles: count } });
    await bench.expectSound();
  });
});

describe('refused before anything has begun', () => {
  const refused: readonly (readonly [string, object, string, RegExp])[] = [
    [
      'a root that is not configured',
      { root: 's3://backups/other' },
      'RootNotConfigured',
      /add .*s3:\/\/backups\/other.* to .*roots/,
    ],
    [
      'a source that is not configured',
      { source: 's3://hbase/x' },
      'SourceNotConfigured',
      /add .*s3:\/\/hbase\/x.* to .*sources/,
    ],
    ['a root without a prefix', { root: 's3://backups' }, 'InvalidInput', /root/],
    ['no root', { root: 7 }, 'InvalidInput', /root/],
    ['an unknown field', { tabels: ['x'] }, 'InvalidInput', /tabels/],
    ['a table twice', { tables: ['sensors', 'default:sensors'] }, 'InvalidInput', /tables/],
    ...["a'b", '../etc', 'a/b', '..', 'ns:', ':t', 'a b', '', 'ns:a:b', '{% 1 %}'].map(
      (name) => [`the table ${JSON.stringify(name)}`, { tables: [name] }, 'InvalidInput', /tables\.0/] as const,
    ),
    [
      'a scheduled start of a time to come',
      { schedule: { arn: 'arn:aws:scheduler:::x', time: '2099-01-01T00:00:00Z' } },
      'InvalidInput',
      /schedule\.time: 2099-01-01T00:00:00Z is still to come/,
    ],
  ];
  it.each(refused)('%s', async (_what, change, error, cause) => {
    const failed = await bench.backUp({ ...INPUT, snapshots: {}, ...change });
    expect(failed).toMatchObject({ status: 'FAILED', error });
    expect(failed.cause).toMatch(cause);
    await bench.expectRolledBack(before, null);
  });

  const buckets: readonly (readonly [string, string, object, string, RegExp])[] = [
    ['missing', 'NotFound', {}, 'DestinationRefused', /no bucket backups/],
    ['in another Region', '', { BucketRegion: 'eu-central-1' }, 'DestinationRefused', /eu-central-1/],
  ];
  it.each(buckets)("the root's bucket is %s", async (_what, name, answer, error, cause) => {
    bench.at(
      'the bucket',
      ({ operation, input }) => operation === 'HeadBucket' && input.Bucket === 'backups',
      async () => {
        if (name) throw Object.assign(new Error(name), { name, $metadata: { httpStatusCode: 404 } });
        return answer as Record<string, unknown>;
      },
    );
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error });
    expect(failed.cause).toMatch(cause);
    await bench.expectRolledBack(before, null);
  });
});
