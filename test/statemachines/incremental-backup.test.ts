import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import type { dryRunBackupContract } from '../../lambdas/contracts/dry-run-backup.contract.ts';
import type { RestoredTables } from '../../lambdas/contracts/restored-tables.ts';
import type { OutputOf } from '../../lambdas/contracts/step-contract.ts';
import { CloudCheckpoint } from '../support/cloud-checkpoint.ts';
import { fixture } from '../support/fixture.ts';
import { type Ended, type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { filesOfSnapshot, type LaterSnapshot, laterSnapshot } from '../support/later-snapshot.ts';
import { madeTable } from '../support/made-table.ts';
import { rootFacts, violationsOf } from '../support/root-facts.ts';

const CHAIN = fixture('chain');
const TABLES = ['bank:accounts', 'events'];
/** What was flushed between T1 and T2. */
const isSecondFlush = (path: string) => /\/(51a84577|6b80a405)/.test(path);
const later = (before: string, name: string, minutes: number, keeps?: (path: string) => boolean) =>
  laterSnapshot(CHAIN, before, name, minutes, keeps);
const T1 = [
  later('accounts-T0', 'accounts-T1', 10, (path) => !isSecondFlush(path)),
  later('events-T0', 'events-T1', 10, (path) => !isSecondFlush(path)),
];
const T2 = [later('accounts-T0', 'accounts-T2', 20), later('events-T0', 'events-T2', 20)];

const sum = (sizes: Iterable<number>) => [...sizes].reduce((total, size) => total + size, 0);
const filesAt = {
  T0: new Map([...filesOfSnapshot(CHAIN, 'accounts-T0'), ...filesOfSnapshot(CHAIN, 'events-T0')]),
  T1: new Map(T1.flatMap(({ files }) => [...files])),
  T2: new Map(T2.flatMap(({ files }) => [...files])),
};

describe('incremental backups from snapshots', () => {
  let cloud: HoldfastCloud;
  let checkpoint: CloudCheckpoint;
  const copies: string[] = [];

  beforeAll(async () => {
    cloud = await holdfastCloud({ fixture: 'chain' });
    checkpoint = await CloudCheckpoint.of(cloud);
    cloud.cloud.intercept((call, next) => {
      if (call.operation === 'CopyObject') copies.push(decodeURIComponent(String(call.input.CopySource)));
      return next(call);
    });
  });
  beforeEach(() => {
    copies.length = 0;
  });
  afterEach(() => checkpoint.rewind());

  const put = async (...snapshots: Pick<LaterSnapshot, 'objects'>[]) => {
    for (const [path, Body] of snapshots.flatMap(({ objects }) => objects))
      await cloud.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  };
  const remove = (Key: string, Bucket = 'hbase') => cloud.cloud.call('s3', 'DeleteObject', { Bucket, Key });
  const full = (input: object = {}) =>
    cloud.run('FullBackupStateMachine', { root: ROOT, source: SOURCE, tables: TABLES, ...input });
  const increment = (input: object = {}) =>
    cloud.run('IncrementalBackupStateMachine', { root: ROOT, source: SOURCE, fromSnapshot: true, ...input });
  const made = async (ending: Promise<Ended>): Promise<BackupSummary> => {
    const ended = await ending;
    expect(ended.cause).toBeUndefined();
    expect(ended.status).toBe('SUCCEEDED');
    return ended.output as BackupSummary;
  };
  const facts = () => rootFacts(cloud, ROOT);
  const listedBy = async (id: string) =>
    new Map((await facts()).files.get(id)?.map(({ path, size }) => [path, size] as const));
  const rowsOf = (id: string) => Array.fromAsync(cloud.table.listImageTables(ROOT, id));
  const sessions = () => Array.fromAsync(cloud.table.listSessions(ROOT));

  /** Restores an image and answers what lies below the target's archive, which is emptied again. */
  async function restored(image: string): Promise<Map<string, number>> {
    const ended = await cloud.run('RestoreStateMachine', { root: ROOT, image, target: TARGET });
    expect(ended.cause).toBeUndefined();
    expect((ended.output as RestoredTables).tables.map(({ table }) => table).sort()).toEqual(TABLES);
    const prefix = 'restored/archive/data/';
    const files = new Map<string, number>();
    for await (const { key, size } of cloud.objects.list('hbase', prefix)) files.set(key.slice(prefix.length), size);
    for await (const { key } of cloud.objects.list('hbase', 'restored/')) await remove(key);
    return files;
  }

  it('a chain F → I → I → F: each lists exactly its snapshots, copies only what is new, restores by itself', async () => {
    const f = await made(full());
    await put(...T1);
    copies.length = 0;
    const i1 = await made(increment());
    expect(copies.map((source) => source.slice('hbase/root/data/'.length)).sort()).toEqual(
      [...filesAt.T1.keys()].filter((path) => !filesAt.T0.has(path)).sort(),
    );
    expect(i1).toMatchObject({ type: 'INCREMENTAL', parents: [f.id], holders: [f.id], newFiles: 3 });
    expect(i1).toMatchObject({ files: filesAt.T1.size, bytes: sum(filesAt.T1.values()) });
    await put(...T2);
    const i2 = await made(increment({ tables: TABLES }));
    expect(i2).toMatchObject({ type: 'INCREMENTAL', parents: [i1.id], holders: [f.id, i1.id], newFiles: 2 });
    copies.length = 0;
    const f2 = await made(full());
    expect(f2).toMatchObject({ type: 'FULL', parents: [], holders: [f.id, i1.id, i2.id], newFiles: 0, newBytes: 0 });
    expect(copies).toEqual([]);

    for (const [{ id }, files] of [
      [f, filesAt.T0],
      [i1, filesAt.T1],
      [i2, filesAt.T2],
      [f2, filesAt.T2],
    ] as const) {
      expect(await listedBy(id)).toEqual(files);
      expect(await restored(id)).toEqual(files);
      const verified = await cloud.run('VerifyStateMachine', { root: ROOT, image: id, mode: 'deep' });
      expect(verified).toMatchObject({ status: 'SUCCEEDED', output: { files: files.size, read: files.size } });
    }
    expect(await rowsOf(i2.id)).toMatchObject(
      T2.map(({ table, name, creationMs }) => ({
        ...{ table, snapshot: name, position: creationMs, kind: 'SNAPSHOT', parent: i1.id },
      })),
    );
    expect(await rowsOf(f2.id)).toMatchObject([{ parent: null }, { parent: null }]);
    const { manifests } = await facts();
    const digestOf = (id: string) => manifests.get(id);
    const [first, second] = [digestOf(f.id), digestOf(i1.id)];
    expect(second).toMatchObject({
      manifest: {
        ...{
          format: 2,
          type: 'INCREMENTAL',
          parents: [{ id: f.id, manifestSha256: 'sha256' in first! && first.sha256 }],
        },
        tables: [
          { kind: 'SNAPSHOT', parent: f.id },
          { kind: 'SNAPSHOT', parent: f.id },
        ],
      },
    });
    expect(violationsOf(await facts())).toEqual([]);
    expect((await sessions()).map(({ operation }) => operation)).toEqual([
      ...['full-backup', 'incremental-backup', 'incremental-backup', 'full-backup'],
    ]);
  });

  it('of a part of the tables: the others keep their position, and the next increment has two parents', async () => {
    const f = await made(full());
    await put(T1[0]!);
    const i1 = await made(increment({ tables: ['bank:accounts'] }));
    expect(await rowsOf(i1.id)).toMatchObject([{ table: 'bank:accounts', parent: f.id }]);
    await put(...T2);
    const i2 = await made(increment());
    expect(i2).toMatchObject({ tables: 2, parents: [f.id, i1.id] });
    expect(await rowsOf(i2.id)).toMatchObject([{ parent: i1.id }, { parent: f.id }]);
    expect(await restored(i2.id)).toEqual(filesAt.T2);
  });

  it('without an image to follow on: refused before anything begins, or taken full in the same session', async () => {
    const none = await increment();
    expect(none).toMatchObject({ status: 'FAILED', error: 'NoFullBackup' });
    expect(none.cause).toContain(`holdfast create full ${ROOT} --all --source ${SOURCE}`);
    const f = await made(full({ tables: ['events'] }));
    await put(...T1);
    const some = await increment({ tables: TABLES });
    expect(some).toMatchObject({ status: 'FAILED', error: 'NoFullBackup' });
    expect(some.cause).toContain(`holdfast create full ${ROOT} -t bank:accounts --source ${SOURCE}`);
    expect(some.cause).not.toContain('events,');
    expect(await sessions()).toHaveLength(1);
    const both = await made(increment({ tables: TABLES, orFull: true }));
    expect(both).toMatchObject({ type: 'INCREMENTAL', parents: [f.id] });
    expect(await rowsOf(both.id)).toMatchObject([
      { table: 'bank:accounts', parent: null },
      { table: 'events', parent: f.id },
    ]);
    expect(await restored(both.id)).toEqual(filesAt.T1);
  });

  it('an increment of tables that all are taken full is a full', async () => {
    expect(await made(increment({ tables: TABLES, orFull: true }))).toMatchObject({ type: 'FULL', parents: [] });
  });

  it('a snapshot that is not newer than the parent: nothing to back up, and what to run', async () => {
    const f = await made(full());
    await put(T1[1]!);
    const stale = await increment();
    expect(stale).toMatchObject({ status: 'FAILED', error: 'NothingToBackUp' });
    expect(stale.cause).toContain('bank:accounts: snapshot accounts-T0 is of 2026-11-23T');
    expect(stale.cause).toContain(f.id);
    expect(stale.cause).toContain("snapshot 'bank:accounts', 'NAME'");
    expect(stale.cause).not.toContain('events-T1');
    const old = await increment({ tables: ['events'], snapshots: { events: 'events-T0' } });
    expect(old).toMatchObject({ status: 'FAILED', error: 'NothingToBackUp' });
    expect(await sessions()).toHaveLength(1);
  });

  it('a parent whose own parent was deleted is one all the same: it is whole by itself', async () => {
    const f = await made(full());
    await put(...T1);
    const i1 = await made(increment());
    const deleted = await cloud.run('DeleteStateMachine', { root: ROOT, images: [f.id], force: true });
    expect(deleted).toMatchObject({ status: 'SUCCEEDED', output: { images: [{ becomes: 'SHELL' }] } });
    await put(...T2);
    const i2 = await made(increment({ tables: TABLES }));
    expect(i2).toMatchObject({ type: 'INCREMENTAL', parents: [i1.id], holders: [f.id, i1.id], newFiles: 2 });
    expect(await restored(i2.id)).toEqual(filesAt.T2);
    expect(violationsOf(await facts())).toEqual([]);
  });

  it('what a parent lists and is gone is found before the seal: nothing is committed', async () => {
    const f = await made(full());
    await put(...T1);
    const [path] = [...filesAt.T0.keys()];
    await remove(`prod/images/${f.id}/data/${path}`, 'backups');
    const refused = await increment();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(refused.cause).toContain(path!.split('/').at(-1));
    expect((await sessions())[0]).toMatchObject({ state: 'FAILED', operation: 'incremental-backup' });
    expect((await facts()).images.map(({ id }) => id)).toEqual([f.id]);
  });

  it('a parent whose manifest or list was changed is refused', async () => {
    const f = await made(full());
    await put(...T1);
    const Key = `prod/images/${f.id}/files-00000.jsonl.zst`;
    const other = (await cloud.objects.get('backups', `prod/images/${f.id}/files-00001.jsonl.zst`, 1 << 20))!.bytes;
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key, Body: other });
    expect(await increment()).toMatchObject({ status: 'FAILED', error: 'ImageDamaged' });
    expect((await facts()).images.map(({ id }) => id)).toEqual([f.id]);
  });

  it('a table made anew since its parent: the increment is exactly the snapshot', async () => {
    await made(full());
    // Other regions, other descriptor: what `events` was before is not there any more.
    const anew = new Map(madeTable('events', 'events-anew', 2, T1[1]!.creationMs));
    await put({ objects: [...anew] });
    const i1 = await made(increment({ tables: ['events'] }));
    expect(i1).toMatchObject({ type: 'INCREMENTAL', files: 2, newFiles: 2 });
    const files = [...anew.keys()].flatMap((path) => /^data\/(.*\/f\/.*)$/.exec(path)?.[1] ?? []);
    expect([...(await listedBy(i1.id)).keys()].sort()).toEqual(files.sort());
  });

  it('the dry run counts what is new, what is shared and what compactions wrote anew, and writes nothing', async () => {
    const f = await made(full());
    const gone = [...filesOfSnapshot(CHAIN, 'events-T0')][0]!;
    await put(
      T1[0]!,
      later('events-T0', 'events-T1', 10, (path) => path !== gone[0]),
    );
    const before = [await cloud.listing('backups'), await cloud.listing(cloud.stack.WorkBucket)];
    const ended = await increment({ dryRun: true });
    expect(ended.cause).toBeUndefined();
    const plan = ended.output as OutputOf<typeof dryRunBackupContract>;
    expect(plan.tables).toMatchObject([
      { table: 'bank:accounts', parent: f.id, newFiles: 1, rewrittenFiles: 0, rewrittenBytes: 0 },
      { table: 'events', parent: f.id, newFiles: 3, rewrittenFiles: 1, rewrittenBytes: gone[1] },
    ]);
    expect(plan).toMatchObject({ newFiles: 4, rewrittenFiles: 1, rewrittenBytes: gone[1] });
    expect([await cloud.listing('backups'), await cloud.listing(cloud.stack.WorkBucket)]).toEqual(before);
    expect(await sessions()).toHaveLength(1);
  });

  it('reads logs of configured places only: said before anything else', async () => {
    const refused = await increment({ fromSnapshot: false, wals: 's3://other/wals' });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'SourceNotConfigured' });
    expect(refused.cause).toContain('s3://other/wals is not among the configured places of logs');
    const mixed = await increment({ fromSnapshot: true, includeActive: true });
    expect(mixed).toMatchObject({ status: 'FAILED', error: 'InvalidInput' });
  });
});
