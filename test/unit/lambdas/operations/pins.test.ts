import { beforeEach, describe, expect, it } from 'vitest';
import { cleanUpPartition, imageKey, rootPartition } from '../../../../core/items.ts';
import { dynamoDbPins } from '../../../../lambdas/adapters/dynamodb/pins.ts';
import { PIN_LEASE_MS } from '../../../../lambdas/operations/pin-lease.ts';
import type { Pins } from '../../../../lambdas/ports/pins.ts';
import { IMAGE, type RestoreWorld, ROOT, request, restoreWorld } from '../../../support/restore-world.ts';
import { putItem } from '../../../support/sealed-image.ts';
import { TABLE_NAME } from '../../../support/world.ts';

const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };
const HOUR = 3_600_000;

describe('pins', () => {
  let w: RestoreWorld;
  let pins: Pins;
  let run: string;

  beforeEach(async () => {
    w = await restoreWorld();
    pins = dynamoDbPins(w.world.clients, TABLE_NAME);
    ({ run } = await w.world.call<{ run: string }>('CheckRestore', { execution, input: request() }));
  });

  const pin = () => w.world.call('PinImages', { root: ROOT, run, image: IMAGE, purpose: 'restore' });
  const pass = (ms: number) => w.world.clock.sleep(ms);

  it('pins the image and its parents, not the holders of bytes', async () => {
    const parent = { id: 'backup_1600000000000', state: 'COMPLETE', parents: [], holders: [] };
    const child = { id: IMAGE, state: 'COMPLETE', parents: [parent.id], holders: ['backup_1500000000000'] };
    for (const one of [parent, child]) await putItem(w.world, rootPartition(ROOT), imageKey(one.id), one);
    expect(await pin()).toMatchObject({ images: [IMAGE, parent.id] });
    expect(await pins.get(ROOT, run)).toMatchObject({ images: [IMAGE, parent.id], purpose: 'restore' });
  });

  it('leaves out what it followed on and is deleted by now: the image is whole by itself', async () => {
    const parent = { id: 'backup_1600000000000', state: 'SHELL', parents: ['backup_1500000000000'] };
    const child = { id: IMAGE, state: 'COMPLETE', parents: [parent.id, 'backup_1400000000000'] };
    for (const one of [parent, child]) await putItem(w.world, rootPartition(ROOT), imageKey(one.id), one);
    expect(await pin()).toMatchObject({ images: [IMAGE] });
  });

  it.each(['DELETING', 'SHELL'])(
    'unpins and refuses when an image turns out to be %s behind the pin',
    async (state) => {
      const parent = { id: 'backup_1600000000000', state: 'COMPLETE', parents: [] };
      const child = { id: IMAGE, state: 'COMPLETE', parents: [parent.id] };
      for (const one of [parent, child]) await putItem(w.world, rootPartition(ROOT), imageKey(one.id), one);
      const disarm = w.world.hub.intercept(async (call, next) => {
        if (call.operation !== 'PutItem') return next(call);
        disarm();
        const answer = await next(call);
        await putItem(w.world, rootPartition(ROOT), imageKey(parent.id), { ...parent, state });
        return answer;
      });
      await expect(pin()).rejects.toMatchObject({ name: 'ImageNotComplete' });
      expect(await pins.get(ROOT, run)).toBeUndefined();
    },
  );

  it('writes the pin before it reads that the images are COMPLETE (I11)', async () => {
    const calls: string[] = [];
    w.world.hub.intercept((call, next) => {
      if (call.service === 'dynamodb') calls.push(call.operation);
      return next(call);
    });
    await pin();
    expect(calls.at(-1)).toBe('GetItem');
    expect(calls.slice(calls.indexOf('PutItem'))).toEqual(['PutItem', 'GetItem']);
  });

  it('a delete that was committed after the look at the image meets the pin', async () => {
    await pin();
    const entry = { entryId: 'e', root: ROOT, sessionId: IMAGE, outcome: 'ROLLED_BACK', createdAt: 1, notBefore: 0 };
    await putItem(w.world, cleanUpPartition(ROOT), 'e', entry);
    const check = () => w.world.call('CheckCleanUpEntry', { root: ROOT, entryId: 'e' });
    expect(await check()).toMatchObject({ decision: 'PINNED' });
    await w.world.call('UnpinImages', { root: ROOT, run });
    expect(await check()).not.toMatchObject({ decision: 'PINNED' });
  });

  it('is extended by steps while it lives, and never once it ran out', async () => {
    await pin();
    const before = await pins.get(ROOT, run);
    await pass(HOUR);
    await w.world.call('PlanRestore', { root: ROOT, run });
    expect(await pins.get(ROOT, run)).toEqual(before);
    await pass(3 * HOUR);
    await w.world.call('PlanRestore', { root: ROOT, run });
    expect((await pins.get(ROOT, run))?.expiresAt).toBe(w.world.clock.now() + PIN_LEASE_MS);
    await pass(PIN_LEASE_MS - 60_000);
    const steps = [
      'PlanRestore',
      'ClaimTargets',
      'HoldOffCleaners',
      'CheckPlaced',
      'PublishSnapshots',
      'PauseCleaners',
    ];
    for (const step of steps) {
      await expect(w.world.call(step, { root: ROOT, run })).rejects.toMatchObject({ name: 'PinExpired' });
    }
    const Items = [{ chunk: 0, table: 0, files: 1, bytes: 1 }];
    const child = w.world.call('PlaceFiles', { BatchInput: { contract: 1, root: ROOT, run }, Items });
    await expect(child).rejects.toMatchObject({ name: 'PinExpired' });
    expect(await w.target.keys()).toEqual([]);
    expect((await pins.get(ROOT, run))?.expiresAt).toBe(w.world.clock.now() + 60_000);
  });

  it('goes twice without harm', async () => {
    await pin();
    for (const _ of [1, 2]) expect(await w.world.call('UnpinImages', { root: ROOT, run })).toEqual({});
  });
});
