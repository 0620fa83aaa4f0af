import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import type { DeletionSummary } from '../../lambdas/contracts/deletion-summary.ts';
import { FaultBench } from '../support/fault-bench.ts';
import { fixture } from '../support/fixture.ts';
import { type Ended, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { filesOfSnapshot, laterSnapshot } from '../support/later-snapshot.ts';
import { rootFacts } from '../support/root-facts.ts';

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
    (await bench.h.listing('backups', `prod/images/${id}/data/`)).map((line) => line.split(' ')[0]!.split('/data/')[1]!);
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
    await restored(ids.i1);
    // The position is that of the newest COMPLETE image: the next increment covers the same window again.
    const again = await increment('sensors-T2', 20, [B, C]);
    expect(again).toMatchObject({ parents: [ids.i1] });
  });
});
