import { describe, expect, it } from 'vitest';
import { type CleanUpEntry, cleanUpPartition, type Pin, pinsPartition } from '../../../../core/items.ts';
import { dynamoDbPins } from '../../../../lambdas/adapters/dynamodb/pins.ts';
import { listCleanUp } from '../../../../lambdas/operations/list-clean-up.ts';
import { itemsOf } from '../../../support/restore-world.ts';
import { putItem } from '../../../support/sealed-image.ts';
import { TABLE_NAME, World } from '../../../support/world.ts';

const ROOT = 's3://backups/prod';
const NOW = 1_700_000_000_000;
const ROUND_MS = 15 * 60_000;
const DAY_MS = 24 * 3_600_000;

const entry = (n: number, more: Partial<CleanUpEntry> = {}): CleanUpEntry => ({
  ...{ entryId: `e${String(n).padStart(4, '0')}`, root: ROOT, sessionId: 'backup_1600000000000' },
  ...{ outcome: 'ROLLED_BACK', createdAt: 1, notBefore: NOW + 1, ...more },
});

/** Entry ids that a run lists at this time. */
async function listed(entries: readonly CleanUpEntry[], now = NOW): Promise<string[]> {
  const cleanUp = {
    async *list() {
      yield* entries;
    },
  };
  const pins = { async *list() {}, removeExpired: () => Promise.reject(new Error('none')) };
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const answer = await listCleanUp({ cleanUp, pins, clock }, { ROOTS: [ROOT] })({ input: {} });
  return answer.entries.map(({ entryId }) => entryId);
}

describe('the clean-up list of a run', () => {
  it('has what there is to do first, then what only waits for its time', async () => {
    const waiting = Array.from({ length: 200 }, (_, n) => entry(n, { emptiedAt: 1 }));
    expect(await listed([...waiting, entry(500), entry(501, { emptiedAt: 1, notBefore: NOW })])).toEqual([
      'e0500',
      'e0501',
      ...waiting.slice(0, 198).map(({ entryId }) => entryId),
    ]);
  });

  it('takes another part of a long list in every round, until all had their turn', async () => {
    const entries = Array.from({ length: 450 }, (_, n) => entry(n));
    const rounds = await Promise.all([0, 1, 2].map((round) => listed(entries, NOW + round * ROUND_MS)));
    expect(rounds.map(({ length }) => length)).toEqual([200, 200, 200]);
    expect(new Set(rounds.flat()).size).toBe(450);
  });

  it('takes pins of killed runs off a day after their end, and no pin that was put again meanwhile', async () => {
    const world = await World.create({ roots: [ROOT] });
    const now = world.clock.now();
    const put = (pinId: string, expiresAt: number) => {
      const pin: Pin = { pinId, root: ROOT, images: [], expiresAt, purpose: 'verify' };
      return putItem(world, pinsPartition(ROOT), pinId, { ...pin });
    };
    await put('v1', now - DAY_MS - 1);
    await put('v2', now - DAY_MS + 60_000);
    await put('v3', now + DAY_MS);
    await putItem(world, cleanUpPartition(ROOT), 'e0001', { ...entry(1) });
    expect(await world.call('ListCleanUp', { input: { root: ROOT } })).toMatchObject({
      entries: [{ entryId: 'e0001' }],
    });
    const left = async () => (await itemsOf(world, 'pins#')).map((item) => /"pinId":"(\w+)"/.exec(item)?.[1]);
    expect(await left()).toEqual(['v2', 'v3']);
    await dynamoDbPins(world.clients, TABLE_NAME).removeExpired(ROOT, 'v3', now - DAY_MS);
    await dynamoDbPins(world.clients, TABLE_NAME).removeExpired(ROOT, 'v1', now - DAY_MS);
    expect(await left()).toEqual(['v2', 'v3']);
  });
});
