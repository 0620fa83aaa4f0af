import { beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../../../local/hub.ts';
import { type RestoreWorld, ROOT, request, restoreWorld } from '../../../support/restore-world.ts';

const execution = { arn: 'arn:mine', name: 'mine', startTime: '2026-01-01T00:00:00Z' };
const OVER_MS = 15 * 60_000;

describe('a child of a map whose time is over goes on behind what it did', () => {
  let w: RestoreWorld;
  beforeEach(async () => {
    w = await restoreWorld();
  });

  /** Lets `late` pass only when `isDone`, and the time be over by then. */
  function delay(late: (call: Call) => boolean, isDone: () => boolean): () => void {
    return w.world.hub.intercept(async (call, next) => {
      if (!late(call)) return next(call);
      while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 100; i++) await new Promise((resolve) => setImmediate(resolve));
      await w.world.clock.sleep(OVER_MS);
      return next(call);
    });
  }

  it('PlaceFiles, also in the middle of a file that it compares by reading', async () => {
    const entries = w.image.lists[0] ?? [];
    const keyOf = (path: string) => `hbase/archive/data/${path}`;
    for (const { path } of entries) {
      await w.target.put(keyOf(path), await w.backups.get(`prod/images/${w.image.id}/data/${path}`));
    }
    const slow = keyOf(entries[0]?.path ?? '');
    const { run } = await w.world.call<{ run: string }>('CheckRestore', {
      execution,
      input: request({ tables: ['sensors'] }),
    });
    const input = { root: ROOT, run };
    await w.world.call('PinImages', { ...input, image: w.image.id, purpose: 'restore' });
    await w.world.call('PlanRestore', input);
    const place = () => {
      const Items = [{ chunk: 0, table: 0, files: entries.length, bytes: 1 }];
      return w.world.call('PlaceFiles', { BatchInput: { contract: 1, ...input }, Items });
    };
    const looked: string[] = [];
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (call.operation !== 'HeadObject' || !String(call.input.Key).startsWith('hbase/archive/')) return answer;
      looked.push(String(call.input.Key));
      if (call.input.Key !== slow) return answer;
      const { ChecksumCRC64NVME: _, ...rest } = answer;
      return { ...rest, ETag: `"${'0'.repeat(32)}-2"` };
    });
    const others = () => looked.filter((key) => key !== slow).length;
    const remove = delay(
      ({ operation, input: { Key } }) => operation === 'GetObject' && Key === slow,
      () => others() >= 2 * (entries.length - 1),
    );
    await expect(place()).rejects.toMatchObject({ name: 'OutOfTime' });
    remove();
    looked.length = 0;
    expect(await place()).toEqual({ files: entries.length });
    expect(new Set(looked)).toEqual(new Set([slow]));
  });

  it('VerifyImageFiles, with what it found', async () => {
    const { run } = await w.world.call<{ run: string }>('CheckVerify', {
      execution,
      input: { root: ROOT, image: 'latest', mode: 'deep' },
    });
    const input = { root: ROOT, run };
    await w.world.call('PinImages', { ...input, image: w.image.id, purpose: 'verify' });
    await w.world.call('PlanVerify', input);
    const entries = w.image.lists[0] ?? [];
    const keys = entries.map(({ path }) => `prod/images/${w.image.id}/data/${path}`);
    const [damaged = '', ...good] = keys;
    const verify = () => {
      const Items = [{ chunk: 0, table: 0, files: keys.length, bytes: 1 }];
      return w.world.call('VerifyImageFiles', { BatchInput: { contract: 1, ...input }, Items });
    };
    const asked: string[] = [];
    const read = new Set<string>();
    w.world.hub.intercept(async (call, next) => {
      const answer = await next(call);
      if (!keys.includes(String(call.input.Key))) return answer;
      if (call.operation === 'GetObject') read.add(String(call.input.Key));
      if (call.operation !== 'HeadObject') return answer;
      asked.push(String(call.input.Key));
      return call.input.Key === damaged && asked.length <= keys.length
        ? { ...answer, ChecksumCRC64NVME: 'AAAAAAAAAAA=' }
        : answer;
    });
    const last = good.at(-1);
    const remove = delay(
      ({ operation, input: { Key } }) => operation === 'GetObject' && Key === last,
      () => read.size >= good.length - 1,
    );
    await expect(verify()).rejects.toMatchObject({ name: 'OutOfTime' });
    remove();
    expect(asked).toHaveLength(keys.length);
    read.clear();
    expect(await verify()).toEqual({ files: keys.length, findings: 1 });
    expect(asked).toHaveLength(keys.length);
    expect(read.size).toBeLessThan(good.length);
    expect(read).toContain(last);
  });
});
