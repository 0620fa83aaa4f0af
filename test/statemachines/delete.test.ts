import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import type { DeletionSummary } from '../../lambdas/contracts/deletion-summary.ts';
import { FaultBench } from '../support/fault-bench.ts';
import { fixture } from '../support/fixture.ts';
import { type Ended, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { filesOfSnapshot, laterSnapshot } from '../support/later-snapshot.ts';
import { LogChain, made } from '../support/log-chain.ts';
import { rootFacts, violationsOf } from '../support/root-facts.ts';

const SHOP = fixture('shop');
/** The files of the bench's full, in order: what increments keep of them. */
const [A, B, C] = [...filesOfSnapshot(SHOP, 'sensors-T0').keys()].sort() as [string, string, string];
const KEEPS_ALL_BUT = (gone: readonly string[]) => (path: string) => !gone.includes(path);

describe('delete', () => {
  let bench: FaultBench;
  /** F lists A, B, C; I1 lists A, B of F and N of its own; I2 lists A of F, and N of I1. */
  let ids: { readonly f: string; readonly i1: string; readonly i2: string };

  beforeAll(async () => {
    bench = await FaultBench.create();
    const [f] = (await facts()).images.map(({ id }) => id);
    const i1 = await increment('sensors-T1', 10, [C]);
    const i2 = await increment('sensors-T2', 20, [B, C]);
    ids = { f: f!, i1: i1.id, i2: i2.id };
    await bench.workOff();
    await bench.keep();
  });
  afterEach(() => bench.reset());

  const facts = () => rootFacts(bench.h, ROOT);
  const remove = (input: object) => bench.run('DeleteStateMachine', { root: ROOT, ...input });
  const done = (ended: Ended): DeletionSummary => {
    expect(ended.cause).toBeUndefined();
    expect(ended.status).toBe('SUCCEEDED');
    return ended.output as DeletionSummary;
  };
  const states = async () => Object.fromEntries((await facts()).images.map(({ id, state }) => [id, state]));
  const markers = async () =>
    Object.fromEntries([...(await facts()).manifests].map(([id, { kind }]) => [id, kind] as const));
  /** Store files below an image's prefix. */
  const bytesOf = async (id: string) =>
    (await bench.h.listing('backups', `prod/images/${id}/data/`)).map(
      (line) => line.split(' ')[0]!.split('/data/')[1]!,
    );
  const restored = async (image: string) => {
    const ended = await bench.run('RestoreStateMachine', { root: ROOT, image, target: TARGET, check: true });
    expect(ended.cause).toBeUndefined();
    expect(await bench.run('VerifyStateMachine', { root: ROOT, image, mode: 'deep' })).toMatchObject({
      status: 'SUCCEEDED',
    });
  };

  async function increment(name: string, minutes: number, gone: readonly string[]): Promise<BackupSummary> {
    for (const [path, Body] of laterSnapshot(SHOP, 'sensors-T0', name, minutes, KEEPS_ALL_BUT(gone)).objects)
      await bench.h.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
    const input = { root: ROOT, source: SOURCE, tables: ['sensors'], fromSnapshot: true };
    const ended = await bench.run('IncrementalBackupStateMachine', input);
    expect(ended.cause).toBeUndefined();
    return ended.output as BackupSummary;
  }

  it('the newest increment: record, manifest, bytes, record; what it listed of others is freed, no more', async () => {
    const summary = done(await remove({ images: [ids.i2] }));
    expect(summary).toMatchObject({ pointsBefore: 3, pointsAfter: 2, sessions: [] });
    expect(summary.images).toMatchObject([{ id: ids.i2, was: 'COMPLETE', becomes: 'DELETING', heldBytes: 0 }]);
    expect(await states()).toEqual({ [ids.f]: 'COMPLETE', [ids.i1]: 'COMPLETE', [ids.i2]: 'DELETING' });
    await bench.expectSound();
    const { cleanUp, sessions } = await facts();
    expect(cleanUp.map(({ outcome, sessionId }) => `${outcome} ${sessionId}`)).toContain(`DELETED ${ids.i2}`);
    expect(sessions[0]).toMatchObject({ operation: 'delete', state: 'COMPLETE', summary: { pointsAfter: 2 } });
    await bench.workOff();
    await bench.expectSound();
    expect(await states()).toEqual({ [ids.f]: 'COMPLETE', [ids.i1]: 'COMPLETE' });
    expect(await bench.h.listing('backups', `prod/images/${ids.i2}/`)).toEqual([]);
    expect((await facts()).items.filter(({ sk }) => sk.includes(ids.i2))).toEqual([]);
    expect(await remove({ images: [ids.i2] })).toMatchObject({ error: 'ImageNotFound' });
    await restored(ids.i1);
    // The position is that of the newest COMPLETE image: the next increment covers the same window again.
    const again = await increment('sensors-T2', 20, [B, C]);
    expect(again).toMatchObject({ parents: [ids.i1] });
  });

  it('--force on what others follow on: a SHELL while it is listed, freed file by file, gone with the last lister', async () => {
    const first = done(await remove({ images: [ids.f], force: true }));
    const sizes = filesOfSnapshot(SHOP, 'sensors-T0');
    const [bytesOfFull] = first.images;
    expect(bytesOfFull).toMatchObject({ id: ids.f, becomes: 'SHELL', freedFiles: 1, freedBytes: sizes.get(C) });
    expect(bytesOfFull).toMatchObject({ heldBytes: sizes.get(A)! + sizes.get(B)!, heldBy: { count: 2 } });
    expect(await states()).toMatchObject({ [ids.f]: 'SHELL', [ids.i1]: 'COMPLETE', [ids.i2]: 'COMPLETE' });
    await bench.expectSound();
    await bench.workOff();
    await bench.expectSound();
    expect(await bytesOf(ids.f)).toEqual([A, B]);
    expect(await markers()).toMatchObject({ [ids.f]: 'SHELL', [ids.i1]: 'IMAGE' });
    expect((await facts()).manifests.get(ids.f)).toMatchObject({
      id: ids.f,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(await bench.run('VerifyStateMachine', { root: ROOT, image: ids.f })).toMatchObject({
      error: 'ImageNotComplete',
    });
    expect(await remove({ images: [ids.f] })).toMatchObject({ status: 'FAILED', error: 'ImageNotComplete' });
    await restored(ids.i2);
    // What follows on it goes on as before.
    const i3 = await increment('sensors-T3', 30, [B, C]);
    expect(i3).toMatchObject({ parents: [ids.i2] });
    await bench.workOff();

    const second = done(await remove({ images: [ids.i1], force: true }));
    expect(second.images).toMatchObject([
      { id: ids.f, was: 'SHELL', becomes: 'SHELL', freedFiles: 1, freedBytes: sizes.get(B), heldBytes: sizes.get(A) },
      { id: ids.i1, was: 'COMPLETE', becomes: 'SHELL', freedFiles: 0, freedBytes: 0, heldBy: { count: 2 } },
    ]);
    await bench.workOff();
    await bench.expectSound();
    expect(await bytesOf(ids.f)).toEqual([A]);
    expect(await bytesOf(ids.i1)).toHaveLength(1);
    await restored(i3.id);

    const last = done(await remove({ images: [ids.i2], cascade: true }));
    expect(last.images.map(({ id, becomes }) => [id, becomes])).toEqual([
      [ids.f, 'DELETING'],
      [ids.i1, 'DELETING'],
      [ids.i2, 'DELETING'],
      [i3.id, 'DELETING'],
    ]);
    expect(last).toMatchObject({ pointsBefore: 2, pointsAfter: 0 });
    await bench.workOff();
    await bench.expectSound();
    expect(await bench.h.listing('backups', 'prod/images/')).toEqual([]);
    expect((await facts()).items.map(({ sk }) => sk)).toEqual(['control']);
    // Restores and verifications expire by themselves.
    expect((await bench.h.listing(bench.h.stack.WorkBucket)).filter((line) => line.includes('backup_'))).toEqual([]);
  });

  it('refuses what others follow on, by name, with what would avoid it; --cascade takes those along', async () => {
    const before = await bench.moment();
    const refused = await remove({ images: [ids.f, ids.i1] });
    expect(refused).toMatchObject({ status: 'FAILED', error: 'ImageHasChildren' });
    expect(refused.cause).toContain(`on ${ids.i1} follow ${ids.i2} (restorable at 2026-11-23T`);
    expect(refused.cause).toContain('--force deletes only what was named');
    const plan = done(await remove({ images: [ids.f], cascade: true, dryRun: true }));
    expect(plan).toMatchObject({ pointsBefore: 3, pointsAfter: 0 });
    const after = await bench.moment();
    expect([after.backups, after.work, after.facts.items]).toEqual([before.backups, before.work, before.facts.items]);
    expect(after.facts.sessions).toHaveLength(3);
    expect(done(await remove({ images: [ids.f], cascade: true }))).toEqual(plan);
  });

  it('decided under the flag: what began to follow on it since the look is counted', async () => {
    let i3 = '';
    bench.atState(
      'DeleteStateMachine',
      'ClaimRoot',
      async (call, next) => {
        i3 = (await increment('sensors-T3', 30, [B, C])).id;
        return next(call);
      },
      1,
    );
    const refused = await remove({ images: [ids.i2] });
    bench.check();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'ImageHasChildren' });
    expect(refused.cause).toContain(`on ${ids.i2} follow ${i3}`);
    expect(Object.values(await states())).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE', 'COMPLETE']);
    expect((await facts()).sessions[0]).toMatchObject({ operation: 'delete', state: 'FAILED' });
    await bench.workOff();
    await bench.expectSound();
  });

  it('-k: nothing that is not old enough; what is old enough by its completion', async () => {
    expect(done(await remove({ olderThanDays: 1 }))).toMatchObject({ images: [], isNothing: true });
    expect((await facts()).sessions).toHaveLength(3);
    const { images } = await facts();
    const [first] = images.map(({ completedAt }) => completedAt!);
    await bench.h.clock.sleep(first! + 2 * 86_400_000 - bench.h.clock.now());
    expect(await remove({ olderThanDays: 2 })).toMatchObject({ error: 'ImageHasChildren' });
    const plan = done(await remove({ olderThanDays: 2, force: true, dryRun: true }));
    expect(plan.images.map(({ id }) => id)).toEqual([ids.f]);
  });

  it('FAILED sessions go out of the history, COMPLETE ones stay as they are; their ids are never used again', async () => {
    bench.failing('FullBackupStateMachine', 'VerifyFiles');
    const input = { root: ROOT, source: SOURCE, tables: ['sensors'], standalone: true };
    expect((await bench.run('FullBackupStateMachine', input)).status).toBe('FAILED');
    bench.disarm();
    const [failed] = (await facts()).sessions;
    expect(done(await remove({ images: [failed!.id] }))).toMatchObject({ images: [], sessions: [failed!.id] });
    expect((await facts()).sessions.find(({ id }) => id === failed!.id)).toMatchObject({
      ...failed,
      forgottenAt: expect.any(Number),
    });
    expect(Object.values(await states())).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE']);
    expect(await remove({ images: ['backup_1000000000000'] })).toMatchObject({ error: 'ImageNotFound' });
    await bench.workOff();
    await bench.expectSound();
  });

  it('S3 Object Lock: refused by name, before anything begins', async () => {
    const until = new Date(bench.h.clock.now() + 86_400_000);
    const locks = [
      [
        'GetObjectRetention',
        { Retention: { Mode: 'COMPLIANCE', RetainUntilDate: until } },
        `retained until ${until.toISOString()}`,
      ],
      ['GetObjectLegalHold', { LegalHold: { Status: 'ON' } }, 'has a legal hold'],
    ] as const;
    for (const [operation, answer, says] of locks) {
      bench.at(
        operation,
        (call) => call.operation === operation && String(call.input.Key).includes(ids.i2),
        async () => answer,
      );
      const refused = await remove({ images: [ids.i2] });
      bench.check();
      expect(refused).toMatchObject({ status: 'FAILED', error: 'ImageLocked' });
      expect(refused.cause).toContain(`${ids.i2} ${operation === 'GetObjectRetention' ? 'is ' : ''}${says}`);
    }
    expect(Object.values(await states())).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE']);
  });

  it('a restore under way keeps what it reads: its image, and what its image lists of others', async () => {
    const input = { root: ROOT, source: SOURCE, tables: ['sensors'], snapshots: { sensors: 'sensors-T2' } };
    const full = await bench.run('FullBackupStateMachine', input);
    expect(full.cause).toBeUndefined();
    const f2 = (full.output as BackupSummary).id;
    expect(full.output).toMatchObject({ holders: [ids.f, ids.i1], parents: [] });
    await bench.workOff();
    const copy = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const restore = await bench.start('RestoreStateMachine', { root: ROOT, image: f2, target: TARGET });
    await copy.arrived;
    done(await remove({ images: [ids.f, f2], cascade: true }));
    const cleaned = await bench.run('CleanUpStateMachine');
    expect(cleaned.cause).toBeUndefined();
    const reasons = (cleaned.output as { entries: { entryId: string; reason?: string }[] }).entries;
    const reasonOf = (id: string) => reasons.find(({ entryId }) => entryId === `${id}-deleted`)?.reason;
    expect(reasonOf(f2)).toMatch(/^restore r[0-9a-f]{20} reads it until /);
    expect(reasonOf(ids.i1)).toBe(`${f2}, which lists it, has its manifest still`);
    expect(reasonOf(ids.f)).toMatch(/, which lists it, has its manifest still$/);
    // Nothing that is read lists it.
    expect(await markers()).toEqual({ [ids.f]: 'IMAGE', [ids.i1]: 'IMAGE', [ids.i2]: 'VOID', [f2]: 'IMAGE' });
    expect(await bytesOf(ids.f)).toEqual([A, B, C]);
    await copy.release();
    expect((await bench.ended(restore)).cause).toBeUndefined();
    await bench.workOff();
    await bench.expectSound();
    expect(await bench.h.listing('backups', 'prod/images/')).toEqual([]);
  });
});

describe('the newest increment from logs is deleted', () => {
  it('its window is covered again if its logs are there, else LogGap: never a silent hole', async () => {
    const h = await holdfastCloud();
    await h.clock.sleep(Math.max(0, Date.UTC(2026, 10, 23, 18) - h.clock.now()));
    const chain = new LogChain(h, 'chain');
    const t0 = await chain.full();
    const t1 = await chain.incrementAt('T1');
    const ended = await h.run('DeleteStateMachine', { root: ROOT, images: [t1.id] });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { pointsAfter: 1 } });
    const again = made(await chain.increment());
    expect(again).toMatchObject({ parents: [t0.id], files: t1.files });
    await h.run('DeleteStateMachine', { root: ROOT, images: [again.id] });
    await chain.remove(await chain.pathOf('38611%2C1795452680519.1795452683039'));
    expect(await chain.increment()).toMatchObject({ status: 'FAILED', error: 'LogGap' });
    expect(violationsOf(await rootFacts(h, ROOT))).toEqual([]);
  });
});
