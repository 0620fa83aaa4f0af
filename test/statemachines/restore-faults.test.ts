import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { CONTROL, rootPartition } from '../../core/items.ts';
import type { Call } from '../../local/hub.ts';
import {
  itemsOf,
  type RestoreWorld,
  ROOT,
  request,
  restoredKeys,
  restoreWorld,
  TARGET,
} from '../support/restore-world.ts';
import { putItem } from '../support/sealed-image.ts';

/** Steps of the restore in order; those from DropHold on come after it is visible. */
const BEFORE_VISIBLE = [
  'PinImages',
  'PlanRestore',
  'ClaimTargets',
  'HoldOffCleaners',
  'PlaceFiles',
  'CheckPlaced',
  'PauseCleaners',
  'PublishSnapshots',
];
const AFTER_VISIBLE = ['DropHold', 'SummarizeRestore'];

const stepOf = (call: Call): string =>
  call.service === 'lambda' ? (String(call.input.FunctionName).split(':')[6] ?? '') : '';

const isPublishing = (call: Call, file: string): boolean =>
  call.operation === 'PutObject' &&
  String(call.input.Key).includes('.hbase-snapshot/holdfast') &&
  String(call.input.Key).endsWith(file);

describe('restore, when something fails', () => {
  let w: RestoreWorld;

  beforeEach(async () => {
    w = await restoreWorld(true);
    await w.target.put('hbase/hbase.id', 'x');
  });

  const lambdaAnswers = (error: { errorType: string; errorMessage: string }) => ({
    ...{ StatusCode: 200, FunctionError: 'Unhandled' },
    Payload: new TextEncoder().encode(JSON.stringify(error)),
  });

  it.each([...BEFORE_VISIBLE, ...AFTER_VISIBLE])(
    'ends FAILED with the reason of %s, leaves nothing half visible, and the next one succeeds',
    async (step) => {
      const remove = w.world.hub.intercept(async (call, next) =>
        stepOf(call) === step
          ? lambdaAnswers({ errorType: 'PlatformRefused', errorMessage: `${step} was refused\ncheck the policies` })
          : next(call),
      );
      const failed = await w.world.run('restore', request());
      expect(failed).toMatchObject({ status: 'FAILED' });
      // A map hides its child's error unless the child left it in S3; here the function itself was replaced.
      if (step !== 'PlaceFiles') expect(failed).toMatchObject({ error: 'PlatformRefused' });
      const keys = await w.target.keys('hbase/.hbase-snapshot/');
      expect(keys.filter((key) => key.includes('/.tmp/'))).toEqual([]);
      expect(keys).toHaveLength(AFTER_VISIBLE.includes(step) ? 2 : 0);
      if (!AFTER_VISIBLE.includes(step)) expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
      expect(await itemsOf(w.world, 'pins#')).toEqual([]);
      for (const item of await itemsOf(w.world, 'targets#')) expect(item).toMatch(/"FAILED"|"left#/);
      if (BEFORE_VISIBLE.indexOf(step) > 2) expect(failed.cause).toContain("left to HBase's own cleaner");

      remove();
      const again = await w.world.run('restore', request());
      expect(again).toMatchObject({ status: 'SUCCEEDED' });
      expect(await w.target.keys()).toEqual(expect.arrayContaining(restoredKeys(w.image, again.output)));
    },
  );

  it.each([...BEFORE_VISIBLE, ...AFTER_VISIBLE])('goes on when the answer of %s is lost once', async (step) => {
    let lost = 0;
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (stepOf(call) !== step || lost++ > 0) return answer;
      return lambdaAnswers({ errorType: 'Sandbox.Timedout', errorMessage: 'timed out' });
    });
    const ended = await w.world.run('restore', request());
    expect(lost).toBeGreaterThan(1);
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    const files = w.image.lists[1]?.length;
    expect(ended.output).toMatchObject({ tables: [{ files, copied: files, reused: 0 }] });
    const hbaseId = 'hbase/hbase.id';
    expect(await w.target.keys()).toEqual([...restoredKeys(w.image, ended.output), hbaseId].sort());
  });

  it.each(BEFORE_VISIBLE)(
    'stopped in %s: the next restore takes over, and the late step changes nothing',
    async (step) => {
      let wakeUp = () => {};
      let late: Promise<unknown> | undefined;
      const entered = new Promise<void>((resolve) => {
        const remove = w.world.hub.intercept((call, next) => {
          if (stepOf(call) !== step) return next(call);
          remove();
          late = new Promise<void>((go) => {
            wakeUp = go;
          }).then(() => next(call));
          late.catch(() => {});
          resolve();
          return new Promise(() => {}); // the execution is stopped: nobody waits for the answer
        });
      });
      const arn = await w.world.start('restore', request());
      await entered;
      await w.world.clients.sfn.send(new StopExecutionCommand({ executionArn: arn }));
      const next = await w.world.end(arn).then(() => w.world.call('CheckRestore', firstInput('next')));
      await restoreByHand(next.run as string);
      const before = [await w.target.versions(), await itemsOf(w.world, 'targets#'), await itemsOf(w.world, 'root#')];
      wakeUp();
      await late?.catch(() => {});
      const published = (keys: readonly string[]) => keys.filter((key) => key.includes('.hbase-snapshot/holdfast'));
      expect(published(await w.target.versions())).toEqual(published(before[0] ?? []));
      expect(await itemsOf(w.world, 'targets#')).toEqual(
        expect.arrayContaining(['PinImages', 'ClaimTargets'].includes(step) ? [] : (before[1] ?? [])),
      );
      expect(await itemsOf(w.world, 'root#')).toEqual(before[2]);
    },
  );

  const firstInput = (name: string) => ({
    execution: {
      arn: `arn:aws:states:eu-west-1:123456789012:execution:restore:${name}`,
      name,
      startTime: '2026-01-01T00:00:00Z',
    },
    input: request(),
  });

  /** The steps called directly: the stopped execution holds virtual time still. */
  async function restoreByHand(run: string): Promise<void> {
    const input = { root: ROOT, run };
    const { call } = w.world;
    const step = call.bind(w.world);
    await step('PinImages', { ...input, image: w.image.id, purpose: 'restore' });
    const { chunks } = await step<{ chunks: number }>('PlanRestore', input);
    await step('ClaimTargets', input);
    await step('HoldOffCleaners', input);
    const Items = Array.from({ length: chunks }, (_, chunk) => ({ chunk, table: 0, files: 1, bytes: 1 }));
    await step('PlaceFiles', { BatchInput: { contract: 1, ...input }, Items });
    await step('CheckPlaced', input);
    await step('PauseCleaners', input);
    await step('CheckPlaced', input);
    await step('PublishSnapshots', input);
    await step('DropHold', input);
    await step('ReleaseTargets', { ...input, target: TARGET, state: 'PUBLISHED' });
    await step('UnpinImages', input);
  }

  it('copies again what a cleaner takes after placing, before and after publishing', async () => {
    const paths = (w.image.lists[1] ?? []).map(({ path }) => `hbase/archive/data/${path}`);
    const taken = ['PlaceFiles', 'PauseCleaners', 'PublishSnapshots'];
    let last: string[] = [];
    w.world.hub.intercept(async (call, next) => {
      const at = taken.indexOf(stepOf(call));
      if (stepOf(call) === 'PublishSnapshots') last = await w.target.keys('hbase/archive/');
      const answer = await next(call);
      if (at >= 0) await w.target.remove(paths[at] ?? '');
      return answer;
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(last).toEqual([...paths].sort());
    expect(await w.target.keys()).toEqual(expect.arrayContaining(restoredKeys(w.image, ended.output)));
  });

  it('keeps every file named in .tmp or by a pause of the cleaner from the first copy on', async () => {
    const isKept: boolean[] = [];
    w.world.hub.intercept(async (call, next) => {
      const watched = ['PlaceFiles', 'CheckPlaced', 'PublishSnapshots'].includes(stepOf(call));
      const keys = watched ? await w.target.keys('hbase/.hbase-snapshot/') : [];
      const answer = await next(call);
      if (watched) {
        const isHeld = keys.filter((key) => key.includes('/.tmp/')).length === 2;
        const isPaused = keys.some((key) => /snapshot\/holdfast.*data\.manifest$/.test(key));
        isKept.push(stepOf(call) === 'PublishSnapshots' ? isHeld && isPaused : isHeld);
      }
      return answer;
    });
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'SUCCEEDED' });
    expect(isKept.length).toBeGreaterThan(3);
    expect(isKept).not.toContain(false);
  });

  it('puts the hold again that a starting master wiped, and copies again all that went with it', async () => {
    let held: string[] = [];
    w.world.hub.intercept(async (call, next) => {
      if (stepOf(call) === 'CheckPlaced' && held.length === 0)
        held = await w.target.keys('hbase/.hbase-snapshot/.tmp/');
      const answer = await next(call);
      if (stepOf(call) === 'PlaceFiles') {
        const wiped = [
          ...(await w.target.keys('hbase/.hbase-snapshot/.tmp/')),
          ...(await w.target.keys('hbase/archive/')),
        ];
        for (const key of wiped) await w.target.remove(key);
      }
      return answer;
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(held).toHaveLength(2);
    expect(await w.target.keys()).toEqual(expect.arrayContaining(restoredKeys(w.image, ended.output)));
  });

  it('makes no snapshot visible whose manifest was removed', async () => {
    w.world.hub.intercept(async (call, next) => {
      if (stepOf(call) === 'PublishSnapshots') {
        const manifests = (await w.target.keys()).filter((key) => /snapshot\/holdfast.*data\.manifest$/.test(key));
        for (const key of manifests) await w.target.remove(key);
      }
      return next(call);
    });
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect((await w.target.keys()).filter((key) => key.endsWith('.snapshotinfo'))).toEqual([]);
  });

  it('gives up before publishing when files vanish as fast as they are copied', async () => {
    const first = `hbase/archive/data/${w.image.lists[1]?.[0]?.path}`;
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (call.operation === 'CopyObject' && call.input.Key === first) await w.target.remove(first);
      return answer;
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
  });

  it('refuses a damaged image before the target is touched', async () => {
    const entry = w.image.lists[1]?.[0];
    const before = await w.target.keys();
    await w.backups.remove(`prod/images/${w.image.id}/data/${entry?.path}`);
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(ended.cause).toContain(`${entry?.path} of ${w.image.id} is missing`);
    expect(await w.target.keys()).toEqual(before);
    expect(await itemsOf(w.world, 'targets#')).toEqual([]);
  });

  it('never replaces a file of the target that has other bytes, and says which', async () => {
    const entry = w.image.lists[1]?.[0];
    const key = `hbase/archive/data/${entry?.path}`;
    await w.target.put(key, Buffer.alloc(entry?.size ?? 0, 7));
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'TargetExists' });
    expect(ended.cause).toContain(entry?.path);
    expect((await w.target.get(key)).equals(Buffer.alloc(entry?.size ?? 0, 7))).toBe(true);
    expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
  });

  it('two restores to one table: one waits for nobody, the other ends TargetBusy', async () => {
    const ended = await Promise.all([w.world.run('restore', request()), w.world.run('restore', request())]);
    const statuses = ended.map(({ status, error }) => error ?? status).sort();
    expect(statuses).toEqual(['SUCCEEDED', 'TargetBusy']);
  });

  it.each(['RUNNING', 'gone'])('R7: a flag whose owner is %s', async (owner) => {
    const other = await w.world.start('restore', request({ image: 'latest' }));
    if (owner === 'gone') await w.world.clients.sfn.send(new StopExecutionCommand({ executionArn: other }));
    await putItem(w.world, rootPartition(ROOT), CONTROL, {
      ...{ epoch: 7, version: 9, activeSnapshot: 'system/x', snapshot: { key: 'x', items: 0, sha256: 'x' } },
      ...{
        phase: 'WORK',
        runId: other,
        sessionId: 'backup_1700000009999',
        operation: 'full-backup',
        executionArn: other,
      },
      startedAt: 1_700_000_009_999,
    });
    const input = { execution: { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' }, input: request() };
    const checked = w.world.call('CheckRestore', input);
    if (owner === 'RUNNING') await expect(checked).resolves.toMatchObject({ image: w.image.id });
    else
      await expect(checked).rejects.toMatchObject({
        name: 'RepairRequired',
        hint: expect.stringContaining(`holdfast repair ${ROOT}`),
      });
  });

  it('stops with PinExpired when its pin ran out, and publishes nothing', async () => {
    w.world.hub.intercept(async (call, next) => {
      if (stepOf(call) === 'CheckPlaced') await w.world.call('UnpinImages', { root: ROOT, run: runOf(call) });
      return next(call);
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'PinExpired' });
    expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
  });

  it('makes nothing visible when a placed file was replaced by other bytes of its size', async () => {
    const entry = w.image.lists[1]?.[0];
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (stepOf(call) === 'PlaceFiles') {
        await w.target.put(`hbase/archive/data/${entry?.path}`, Buffer.alloc(entry?.size ?? 0, 7));
      }
      return answer;
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'TargetExists' });
    expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
  });

  it('publishes nothing over what stands under its name', async () => {
    let isThere = false;
    w.world.hub.intercept(async (call, next) => {
      const isFirst = isPublishing(call, 'data.manifest') && !isThere;
      isThere ||= isFirst;
      if (isFirst) await w.target.put(String(call.input.Key), 'somebody else');
      return next(call);
    });
    expect(await w.world.run('restore', request())).toMatchObject({ status: 'FAILED', error: 'TargetExists' });
  });

  it("names the child's own error", async () => {
    w.world.hub.intercept(async (call, next) => {
      if (call.operation === 'CopyObject') {
        throw Object.assign(new VerificationFailed('of the test', ''), { name: 'InvalidObjectState', $metadata: {} });
      }
      return next(call);
    });
    const ended = await w.world.run('restore', request());
    expect(ended).toMatchObject({ status: 'FAILED', error: 'VerificationFailed' });
    expect(ended.cause).toContain('archived storage class');
  });

  const runOf = (call: Call): string => (JSON.parse(String(call.input.Payload)) as { run: string }).run;
});
