import { beforeEach, describe, expect, it } from 'vitest';
import { cleanUpPartition, type ImageRecord, type ImageTableRecord, pinsPartition } from '../../../../core/items.ts';
import { newestBases } from '../../../../core/plan/newest-bases.ts';
import type { Call } from '../../../../local/hub.ts';
import { IMAGE, itemsOf, type RestoreWorld, ROOT, request, restoreWorld } from '../../../support/restore-world.ts';
import { putItem } from '../../../support/sealed-image.ts';

/** The table "Rules and the tests that need them" of docs/design.md names this file for each of these. */
describe('necessary rules that show in an order of calls, or in an answer that stays away', () => {
  let w: RestoreWorld;
  const calls: string[] = [];

  beforeEach(async () => {
    w = await restoreWorld();
    calls.length = 0;
  });

  const partitionOf = ({ input }: Call) => JSON.stringify(input.Key ?? input.Item ?? input.ExpressionAttributeValues);

  it('pinKnown: a pin whose answer stays away is no pin, and nothing is read behind it', async () => {
    const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };
    const { run } = await w.world.call<{ run: string }>('CheckRestore', { execution, input: request() });
    let lost = 0;
    w.world.hub.intercept(async (call, next) => {
      if (call.operation !== 'PutItem' || !partitionOf(call).includes(pinsPartition(ROOT))) return next(call);
      lost++;
      throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
    });
    const pinned = w.world.call('PinImages', { root: ROOT, run, image: IMAGE, purpose: 'restore' });
    await expect(pinned).rejects.toMatchObject({ name: 'PlatformUnavailable' });
    expect(lost).toBeGreaterThan(3);
    expect(await itemsOf(w.world, 'pins#')).toEqual([]);
  });

  it('pinsAfterCommit: the clean-up reads pins after the entry, so that a restore that pinned before it is seen', async () => {
    const entry = { entryId: 'e', root: ROOT, sessionId: IMAGE, outcome: 'ROLLED_BACK', createdAt: 1, notBefore: 0 };
    await putItem(w.world, cleanUpPartition(ROOT), 'e', entry);
    w.world.hub.intercept(async (call, next) => {
      if (call.service === 'dynamodb') calls.push(/(clean-up|pins)#/.exec(partitionOf(call))?.[1] ?? '');
      return next(call);
    });
    await w.world.call('CheckCleanUpEntry', { root: ROOT, entryId: 'e' });
    expect(calls).toEqual(['clean-up', 'pins']);
  });

  it('shareComplete: only what a COMPLETE image lists may be listed again', () => {
    const image = (id: string, state: ImageRecord['state']) =>
      ({ id, state, source: 's', manifestSha256: 'sealed' }) as ImageRecord;
    const row = (id: string, position: number) => ({ id, table: 't', position }) as ImageTableRecord;
    const images = [image('a', 'COMPLETE'), image('b', 'CREATING'), image('c', 'DELETING'), image('d', 'SHELL')];
    const rows = [row('a', 1), row('b', 2), row('c', 3), row('d', 4)];
    expect(newestBases(images, rows, 's').get('t')?.image.id).toBe('a');
  });
});
