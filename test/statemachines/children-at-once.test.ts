import { beforeAll, describe, expect, it } from 'vitest';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';

const MAPS = ['CopyFiles', 'VerifyFiles', 'PlaceFiles', 'VerifyImageFiles'] as const;
const FULL = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'], standalone: true };
const READ = { root: ROOT, image: 'latest' };

describe('the children of a map at once are as many as the input says', () => {
  let cloud: HoldfastCloud;
  /** Map → most of its children that ran at the same time, and all of them. */
  const seen = new Map<string, { now: number; most: number; all: number }>();

  beforeAll(async () => {
    cloud = await holdfastCloud({ fixture: 'shop' });
    cloud.cloud.intercept(async (call, next) => {
      const step = /-(\w+)Function/.exec(String(call.input.FunctionName))?.[1] ?? '';
      if (call.operation !== 'Invoke' || !MAPS.some((map) => map === step)) return next(call);
      const count = seen.get(step) ?? { now: 0, most: 0, all: 0 };
      seen.set(step, count);
      count.now++;
      count.all++;
      count.most = Math.max(count.most, count.now);
      // Long enough for every child that may run beside it to be there.
      await cloud.clock.sleep(10_000);
      const answer = await next(call);
      count.now--;
      return answer;
    });
  });

  it.each([1, 2, 5])('%i', async (n) => {
    seen.clear();
    const chunks = { chunkObjects: 1 };
    const runs = [
      ['FullBackupStateMachine', { ...FULL, ...chunks, copyConcurrency: n }],
      ['RestoreStateMachine', { ...READ, ...chunks, target: TARGET, concurrency: n }],
      ['VerifyStateMachine', { ...READ, ...chunks, concurrency: n }],
    ] as const;
    for (const [machine, input] of runs) expect(await cloud.run(machine, input)).toMatchObject({ status: 'SUCCEEDED' });
    for (const map of ['CopyFiles', 'PlaceFiles', 'VerifyImageFiles']) {
      expect([map, seen.get(map)?.most]).toEqual([map, n]);
      expect(seen.get(map)?.all).toBeGreaterThan(5);
    }
    expect(seen.get('VerifyFiles')?.most).toBeLessThanOrEqual(n);
  });
});
