import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from 'vitest';
import { targetsPartition } from '../../../../core/items.ts';
import { Bucket } from '../../../support/bucket.ts';
import { itemsOf, type RestoreWorld, ROOT, request, restoreWorld, TARGET } from '../../../support/restore-world.ts';
import { putItem } from '../../../support/sealed-image.ts';
import { WORK_BUCKET } from '../../../support/world.ts';

const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };

describe('steps of a restore', () => {
  let w: RestoreWorld;
  let input: { root: string; run: string };
  let chunks = 0;

  const call = (step: string, more: object = {}) => w.world.call(step, { ...input, ...more });
  const place = (step: string) => {
    const Items = Array.from({ length: chunks }, (_, chunk) => ({ chunk, table: 0, files: 1, bytes: 1 }));
    return w.world.call(step, { BatchInput: { contract: 1, ...input }, Items });
  };

  /** The steps in order, each as often as given. */
  async function restore(times: number, until?: string): Promise<void> {
    const { run } = await w.world.call<{ run: string }>('CheckRestore', {
      execution,
      input: request({ tables: ['sensors', 'shop:orders'], chunkObjects: 3 }),
    });
    input = { root: ROOT, run };
    const steps: [string, () => Promise<Record<string, unknown>>][] = [
      ['PinImages', () => call('PinImages', { image: w.image.id, purpose: 'restore' })],
      [
        'PlanRestore',
        async () => {
          const planned = await call('PlanRestore');
          chunks = planned.chunks as number;
          return planned;
        },
      ],
      ['ClaimTargets', () => call('ClaimTargets')],
      ['HoldOffCleaners', () => call('HoldOffCleaners')],
      ['PlaceFiles', () => place('PlaceFiles')],
      ['CheckPlaced', () => call('CheckPlaced')],
      ['PauseCleaners', () => call('PauseCleaners')],
      ['PublishSnapshots', () => call('PublishSnapshots')],
      ['DropHold', () => call('DropHold')],
      ['SummarizeRestore', () => call('SummarizeRestore', { published: true })],
      ['ReleaseTargets', () => call('ReleaseTargets', { target: TARGET, state: 'PUBLISHED' })],
      ['UnpinImages', () => call('UnpinImages')],
    ];
    for (const [name, step] of steps) {
      for (let i = 0; i < times; i++) await step();
      if (name === until) return;
    }
  }

  beforeEach(async () => {
    w = await restoreWorld(true);
  });

  it('run twice, every one of them, leave what they leave once (I10)', async () => {
    await restore(1);
    const work = new Bucket(w.world, WORK_BUCKET);
    const state = async (of: RestoreWorld) => [
      await of.target.keys(),
      await Promise.all((await of.target.keys()).map(async (key) => (await of.target.get(key)).toString('base64'))),
      await itemsOf(of.world, ''),
    ];
    const once = await state(w);
    const [summary = ''] = (await work.keys()).filter((key) => key.endsWith('summary.json'));
    const text = (await work.get(summary)).toString();
    w = await restoreWorld(true);
    await restore(2);
    expect(await state(w)).toEqual(once);
    expect((await new Bucket(w.world, WORK_BUCKET).get(summary)).toString()).toBe(text);
  });

  it('refuses a request under its id that another execution wrote', async () => {
    await restore(1, 'PinImages');
    const work = new Bucket(w.world, WORK_BUCKET);
    const [key = ''] = (await work.keys()).filter((one) => one.endsWith('request.json'));
    const theirs = (await work.get(key)).toString().replace('arn:mine', 'arn:theirs').replace('sensors', 'payroll');
    await work.put(key, theirs);
    await expect(restore(1)).rejects.toMatchObject({
      name: 'UnknownAnswer',
      message: expect.stringContaining('arn:theirs'),
    });
    expect((await work.get(key)).toString()).toBe(theirs);
  });

  it('a plan that runs out of time goes on with the next table', async () => {
    await restore(1, 'PinImages');
    await expect(w.world.call('PlanRestore', input, 0)).rejects.toMatchObject({ name: 'OutOfTime' });
    let reads = 0;
    const remove = w.world.hub.intercept((one, next) => {
      if (one.operation === 'GetObject' && String(one.input.Key).includes('/files-')) reads++;
      if (reads === 2)
        throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
      return next(one);
    });
    await expect(call('PlanRestore')).rejects.toMatchObject({ name: 'PlatformRefused' });
    remove();
    const lists: string[] = [];
    w.world.hub.intercept((one, next) => {
      if (one.operation === 'GetObject' && String(one.input.Key).includes('/files-')) lists.push(String(one.input.Key));
      return next(one);
    });
    await call('PlanRestore');
    expect(lists.map((key) => key.slice(-'00001.jsonl.zst'.length))).toEqual(['00001.jsonl.zst']);
  });

  it('a failed restore removes its hold and what it did not publish, twice without harm, and no store file', async () => {
    await restore(1, 'PauseCleaners');
    const files = (await w.target.keys()).filter((key) => key.startsWith('hbase/archive/'));
    const first = await call('CleanRestore', { target: TARGET });
    expect(first).toMatchObject({ deleted: 6, left: expect.stringContaining('the next restore uses them') });
    expect(await w.target.keys()).toEqual(files);
    expect(await w.target.versions('hbase/.hbase-snapshot/')).toEqual([]);
    expect(await call('CleanRestore', { target: TARGET })).toMatchObject({ deleted: 0, left: first.left });
  });

  it('a failed restore leaves a visible snapshot alone and says so', async () => {
    await restore(1, 'PublishSnapshots');
    const visible = (await w.target.keys()).filter((key) => key.includes('.hbase-snapshot/holdfast'));
    expect(await call('CleanRestore', { target: TARGET })).toMatchObject({
      left: expect.stringContaining('delete_snapshot'),
    });
    expect((await w.target.keys()).filter((key) => key.includes('.hbase-snapshot/'))).toEqual(visible);
  });

  it('after its end as FAILED nothing of it publishes any more', async () => {
    await restore(1, 'CheckPlaced');
    await call('ReleaseTargets', { target: TARGET, state: 'FAILED' });
    for (const step of ['HoldOffCleaners', 'CheckPlaced', 'PauseCleaners', 'PublishSnapshots']) {
      await expect(call(step)).rejects.toMatchObject({ name: 'TargetBusy' });
    }
  });

  it.each(['HoldOffCleaners', 'PauseCleaners', 'ReleaseTargets'])(
    'an end that comes between the look and the write of %s is not undone',
    async (step) => {
      await restore(1, 'CheckPlaced');
      const remove = w.world.hub.intercept(async (one, next) => {
        if (one.operation !== 'PutItem') return next(one);
        remove();
        await call('ReleaseTargets', { target: TARGET, state: 'FAILED' });
        return next(one);
      });
      const late = call(step, { target: TARGET, state: 'PUBLISHED' });
      if (step === 'ReleaseTargets') await expect(late).resolves.toEqual({ released: 0 });
      else await expect(late).rejects.toMatchObject({ name: 'TargetBusy' });
      for (const item of await itemsOf(w.world, 'targets#')) expect(item).toMatch(/"FAILED"|"left#/);
    },
  );

  it('looks at the fence once more before each table that it makes visible', async () => {
    await restore(1, 'PauseCleaners');
    let isReleased = false;
    w.world.hub.intercept(async (one, next) => {
      const answer = await next(one);
      const isVisible = /hbase-snapshot\/holdfast.*\.snapshotinfo$/.test(String(one.input.Key));
      if (one.operation === 'PutObject' && isVisible && !isReleased) {
        isReleased = true;
        await call('ReleaseTargets', { target: TARGET, state: 'FAILED' });
      }
      return answer;
    });
    await expect(call('PublishSnapshots')).rejects.toMatchObject({ name: 'TargetBusy' });
    const visible = (await w.target.keys()).filter((key) => /hbase-snapshot\/holdfast.*\.snapshotinfo$/.test(key));
    expect(visible).toHaveLength(1);
  });

  it.each(['runs', 'was stopped'])('a claim of a restore that %s', async (holder) => {
    const executionArn = await w.world.start('restore', request({ tables: ['shop:orders'] }));
    if (holder === 'was stopped') await w.world.clients.sfn.send(new StopExecutionCommand({ executionArn }));
    await restore(1, 'PlanRestore');
    const theirs = {
      target: TARGET,
      table: 'sensors',
      restoreId: 'r00000000000000000000',
      executionArn,
      snapshot: 'holdfast_x',
    };
    await putItem(w.world, targetsPartition(TARGET), 'sensors', { ...theirs, state: 'RESTORING', expiresAt: 9e12 });
    const claimed = call('ClaimTargets');
    if (holder === 'was stopped') await expect(claimed).resolves.toEqual({ claimed: 2 });
    else await expect(claimed).rejects.toMatchObject({ name: 'TargetBusy' });
    const record = (await itemsOf(w.world, 'targets#')).find((item) => item.includes('"sk":"sensors"'));
    expect(record).toContain(holder === 'runs' ? 'r00000000000000000000' : input.run);
  });

  it('the next restore into the same root closes a stopped one, whatever its table, and leaves its pause to the clean-up', async () => {
    const theirs = { target: TARGET, root: ROOT, table: 'elsewhere', restoreId: 'r00000000000000000000' };
    const record = { ...theirs, executionArn: 'arn:gone', snapshot: 'holdfast_theirs', state: 'RESTORING' };
    await putItem(w.world, targetsPartition(TARGET), 'elsewhere', { ...record, expiresAt: 1 });
    await w.target.put('hbase/.hbase-snapshot/holdfast_theirs/data.manifest', 'x');
    await restore(2);
    // A step of it may still be about to put `.snapshotinfo` beside it.
    expect(await w.target.keys('hbase/.hbase-snapshot/holdfast_theirs/')).toHaveLength(1);
    const items = await itemsOf(w.world, 'targets#');
    expect(items.find((item) => item.includes('elsewhere'))).toContain('"FAILED"');
    expect(items.find((item) => item.includes('left#r00000000000000000000'))).toContain(`"root":"${ROOT}"`);
  });

  it('does not touch the record of another restore', async () => {
    const record = { target: TARGET, table: 'sensors', restoreId: 'r00000000000000000000', executionArn: 'arn:other' };
    const theirs = { ...record, snapshot: 'holdfast_x', state: 'RESTORING', expiresAt: 9e12 };
    await restore(1, 'PlanRestore');
    await putItem(w.world, targetsPartition(TARGET), 'sensors', theirs);
    expect(await call('ReleaseTargets', { target: TARGET, state: 'FAILED' })).toEqual({ released: 0 });
    expect((await itemsOf(w.world, 'targets#'))[0]).toContain('r00000000000000000000');
  });

  it('uses a file that HBase wrote itself: in parts, without a checksum of ours', async () => {
    const entry = w.image.lists[1]?.[0];
    const key = `hbase/archive/data/${entry?.path}`;
    const bytes = await w.backups.get(`prod/images/${w.image.id}/data/${entry?.path}`);
    await w.target.put(key, bytes);
    w.world.hub.intercept(async (one, next) => {
      const answer = await next(one);
      if (one.operation !== 'HeadObject' || one.input.Key !== key) return answer;
      const { ChecksumCRC64NVME: _, ...rest } = answer;
      return { ...rest, ETag: `"${'0'.repeat(32)}-2"` };
    });
    await restore(1, 'PlaceFiles');
    // The same with one bit of it changed is another file.
    const other = Buffer.from(bytes);
    other[other.length - 1] = (other.at(-1) ?? 0) ^ 1;
    await w.target.put(key, other);
    await expect(place('PlaceFiles')).rejects.toMatchObject({ name: 'TargetExists' });
  });
});
