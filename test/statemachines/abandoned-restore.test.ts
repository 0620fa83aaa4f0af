import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { targetsPartition } from '../../core/items.ts';
import type { Call } from '../../local/hub.ts';
import { taskStates } from '../support/asl-states.ts';
import { Bucket } from '../support/bucket.ts';
import { itemsOf, type RestoreWorld, ROOT, request, restoreWorld, TARGET } from '../support/restore-world.ts';
import { putItem } from '../support/sealed-image.ts';
import { WORK_BUCKET } from '../support/world.ts';

const STEP_LIFE_MS = 2_700_000;
const stepOf = (call: Call): string =>
  call.service === 'lambda' ? (String(call.input.FunctionName).split(':')[6] ?? '') : '';

describe('a restore that no Catch could end', () => {
  let w: RestoreWorld;
  const published = () => w.target.versions('hbase/.hbase-snapshot/');
  const cleanUp = () => w.world.run('clean-up', {});
  const outcomes = async () => {
    const { output } = await cleanUp();
    return (output as { restores: { outcome: string }[] }).restores.map(({ outcome }) => outcome);
  };

  beforeEach(async () => {
    w = await restoreWorld(true);
  });

  /** Ends when the execution was stopped in this step. */
  async function stoppedIn(step: string): Promise<void> {
    let arn = '';
    const remove = w.world.hub.intercept(async (call, next) => {
      if (stepOf(call) !== step) return next(call);
      remove();
      const answer = await next(call);
      await w.world.clients.sfn.send(new StopExecutionCommand({ executionArn: arn }));
      return answer;
    });
    arn = await w.world.start('restore', request());
    expect(await w.world.end(arn)).toMatchObject({ status: 'ABORTED' });
  }

  it.each(['ClaimTargets', 'HoldOffCleaners', 'PlaceFiles', 'PauseCleaners'])(
    'stopped in %s: closed at once, cleaned when its last step can have lived, then forgotten',
    async (step) => {
      await stoppedIn(step);
      const [before, files] = [await published(), await w.target.keys('hbase/archive/')];
      expect(await outcomes()).toEqual(['CLOSED']);
      expect(await outcomes()).toEqual([]);
      expect(await published()).toEqual(before);
      expect((await itemsOf(w.world, 'targets#')).join()).toContain('"FAILED"');
      await w.world.clock.sleep(STEP_LIFE_MS);
      expect(await outcomes()).toEqual(['CLEANED']);
      expect(await published()).toEqual([]);
      expect(await w.target.keys('hbase/archive/')).toEqual(files);
      expect(await itemsOf(w.world, 'pins#')).toEqual([]);
      if (before.length > 0) expect(await outcomes()).toEqual(['CLEANED']);
      expect(await outcomes()).toEqual([]);
      expect((await itemsOf(w.world, 'targets#')).join()).not.toContain('left#');
    },
  );

  it('a snapshot that was published before the stop stays', async () => {
    await stoppedIn('PublishSnapshots');
    await cleanUp();
    await w.world.clock.sleep(STEP_LIFE_MS);
    await cleanUp();
    const keys = await w.target.keys('hbase/.hbase-snapshot/');
    expect(keys).toHaveLength(2);
    expect(keys.filter((key) => key.includes('/.tmp/'))).toEqual([]);
  });

  it('after the next restore has taken the table, what the stopped one left still goes', async () => {
    await stoppedIn('PauseCleaners');
    const left = await published();
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'SUCCEEDED' });
    expect(await published()).toEqual(expect.arrayContaining(left));
    const [again] = (await w.target.keys('hbase/.hbase-snapshot/')).filter(
      (key) => key.endsWith('.snapshotinfo') && !key.includes('.tmp'),
    );
    await w.world.clock.sleep(STEP_LIFE_MS);
    await cleanUp();
    const keys = await w.target.keys('hbase/.hbase-snapshot/');
    expect(keys).toEqual([again, again?.replace('.snapshotinfo', 'data.manifest')]);
  });

  it('a .snapshotinfo that lands after a failed restore removed its data.manifest goes too', async () => {
    let land = async (): Promise<unknown> => undefined;
    const remove = w.world.hub.intercept(async (call, next) => {
      const isInfo = /snapshot\/holdfast.*\.snapshotinfo$/.test(String(call.input.Key));
      if (call.operation !== 'PutObject' || !isInfo) return next(call);
      land = () => w.target.put(String(call.input.Key), 'late');
      throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
    });
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'FAILED' });
    remove();
    await land();
    expect(await w.target.keys('hbase/.hbase-snapshot/')).toHaveLength(1);
    expect(await outcomes()).toEqual([]);
    await w.world.clock.sleep(STEP_LIFE_MS);
    expect(await outcomes()).toEqual(['CLEANED']);
    expect(await published()).toEqual([]);
  });

  it.each(['before it is closed', 'before it is cleaned'])(
    'whose request and plan expired in the work bucket %s: nothing of it stays',
    async (when) => {
      await stoppedIn('PauseCleaners');
      const work = new Bucket(w.world, WORK_BUCKET);
      const expire = async () => {
        for (const key of await work.keys()) await work.remove(key);
      };
      if (when === 'before it is closed') await expire();
      expect(await outcomes()).toEqual(['CLOSED']);
      await expire();
      await w.world.clock.sleep(STEP_LIFE_MS);
      for (const _ of [1, 2]) expect(await outcomes()).toEqual(['CLEANED']);
      expect(await outcomes()).toEqual([]);
      expect(await published()).toEqual([]);
      expect(await itemsOf(w.world, 'pins#')).toEqual([]);
      expect((await itemsOf(w.world, 'targets#')).join()).not.toMatch(/left#|RESTORING/);
      expect(await w.world.run('restore', request())).toMatchObject({ status: 'SUCCEEDED' });
    },
  );

  it.each([
    ['not over', 60_000, 'TargetBusy'],
    ['over', -1, undefined],
  ])(
    'whose execution nobody knows, and whose lease is %s, stands in the way of the next one or not',
    async (_, aheadMs, error) => {
      const restoreId = 'r0123456789abcdef0123';
      const theirs = {
        target: TARGET,
        root: ROOT,
        table: 'shop:orders',
        restoreId,
        snapshot: `holdfast_x_${restoreId}`,
      };
      const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:restore:gone';
      const expiresAt = w.world.clock.now() + aheadMs;
      await putItem(w.world, targetsPartition(TARGET), 'shop:orders', {
        ...{ ...theirs, executionArn, state: 'RESTORING', expiresAt },
      });
      expect((await w.world.run('restore', request())).error).toBe(error);
      const items = (await itemsOf(w.world, 'targets#')).join();
      if (error) expect(items).toMatch(new RegExp(`"restoreId":"${restoreId}".*RESTORING`));
      else expect(items).toContain(`left#${restoreId}`);
    },
  );

  it('leaves alone a restore that runs', async () => {
    let during: string[] = [];
    const remove = w.world.hub.intercept(async (call, next) => {
      if (stepOf(call) !== 'CheckPlaced') return next(call);
      remove();
      const listed = await w.world.call<{ restores: string[] }>('ListAbandonedRestores', { input: {} });
      during = listed.restores;
      return next(call);
    });
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'SUCCEEDED' });
    expect(during).toEqual([]);
    expect(await outcomes()).toEqual([]);
  });

  it.each([
    ['not over', 1, []],
    ['over', -1, [{ root: ROOT, run: 'r0123456789abcdef0123', target: TARGET, isDue: false }]],
  ])('of an execution that nobody knows the lease decides: %s', async (_, aheadMs, restores) => {
    const record = {
      target: TARGET,
      root: ROOT,
      table: 'x',
      restoreId: 'r0123456789abcdef0123',
      snapshot: 'holdfast_x',
    };
    const arn = await w.world.start('restore', request());
    await w.world.end(arn);
    const expiresAt = w.world.clock.now() + aheadMs;
    const unknown = { ...record, executionArn: `${arn}-gone`, state: 'RESTORING', expiresAt };
    await putItem(w.world, targetsPartition(TARGET), 'x', unknown);
    expect(await w.world.call('ListAbandonedRestores', { input: { root: ROOT } })).toMatchObject({ restores });
  });

  it.each(
    taskStates('clean-up')
      .filter(({ shownAs }) => shownAs === 'CloseRestores')
      .map(({ name }) => name),
  )('when %s fails the clean-up says so, and the next one goes on', async (state) => {
    await stoppedIn('PauseCleaners');
    const step = state === 'CloseRecords' ? 'ReleaseTargets' : state;
    if (step !== 'ReleaseTargets') {
      await cleanUp();
      await w.world.clock.sleep(STEP_LIFE_MS);
    }
    const remove = w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (stepOf(call) !== step) return answer;
      const error = { errorType: 'PlatformRefused', errorMessage: `${step} was refused` };
      return { StatusCode: 200, FunctionError: 'Unhandled', Payload: new TextEncoder().encode(JSON.stringify(error)) };
    });
    const failed = await cleanUp();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'CleanUpIncomplete' });
    expect(failed.cause).toMatch(new RegExp(`r[0-9a-f]+: PlatformRefused: .*${step} was refused`));
    remove();
    await w.world.clock.sleep(STEP_LIFE_MS);
    for (let i = 0; i < 3; i++) expect(await cleanUp()).toMatchObject({ status: 'SUCCEEDED' });
    expect(await published()).toEqual([]);
    expect((await itemsOf(w.world, 'targets#')).join()).not.toMatch(/left#|RESTORING/);
  });
});
