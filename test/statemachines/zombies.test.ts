import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Call } from '../../local/hub.ts';
import { FaultBench, INPUT, isWrite } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** Steps of a session up to its commit: what they write may come late. */
const SESSION = new Set([
  'ClaimRoot',
  'TakeSystemSnapshot',
  'SetActiveSnapshot',
  'DeleteSystemSnapshots',
  'PlanBackup',
  'CopyFiles',
  'VerifyFiles',
  'SealManifest',
  'CommitBackup',
]);

/** What readers see: the control item, the root's items, and every object of a COMPLETE image. */
async function whatReadersSee(bench: FaultBench): Promise<string[]> {
  const { facts } = await bench.moment();
  const complete = facts.images.filter(({ state }) => state === 'COMPLETE').map(({ id }) => `/images/${id}/`);
  const objects = [...facts.objects.values()].filter(({ key }) => complete.some((part) => key.includes(part)));
  return [...facts.items.map(canonicalJson), ...objects.map(({ key, size, etag }) => `${key} ${size} ${etag}`)];
}

describe('a write of a stopped session that takes effect after repair and after the next commit', () => {
  let bench: FaultBench;
  const written: string[] = [];
  const isOfSession = (call: Call) => isWrite(call) && SESSION.has(bench.stepOf(call) ?? '');

  beforeAll(async () => {
    bench = await FaultBench.create();
    const record = bench.at('a write', isOfSession, (call, next) => {
      written.push(`${bench.stepOf(call)} ${call.operation}`);
      return next(call);
    });
    await bench.backUp();
    record.disarm();
  });
  afterEach(() => bench.disarm());

  // The writes of one session in turn; the last test sees that there were no more of them.
  it.each(Array.from({ length: 23 }, (_, n) => n))('write %i changes nothing that a reader sees', async (n) => {
    await bench.reset();
    let count = 0;
    const held = bench.hold(`write ${n}`, (call) => isOfSession(call) && count++ === n);
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    const ended = bench.ended(arn);
    await Promise.race([held.arrived, ended]);
    if (held.fired === 0) throw new Error(`a session has no write ${n}`);
    await bench.stop(arn);
    await ended;
    const repaired = await bench.repair();
    expect(repaired.cause).toBeUndefined();
    const next = await bench.backUp();
    expect(next.cause).toBeUndefined();
    expect(next.status).toBe('SUCCEEDED');
    const before = await whatReadersSee(bench);
    await held.release();
    bench.check();
    expect(await whatReadersSee(bench)).toEqual(before);
    await bench.expectSound();
    await bench.workOff();
    await bench.expectNextSucceeds();
    const { flag } = await bench.h.table.readControl(ROOT);
    expect(flag).toBeUndefined();
  });

  it('those were all the writes of a session', () => {
    expect(written.slice(0, 3)).toEqual(expect.arrayContaining(['TakeSystemSnapshot PutObject']));
    expect(written.at(-1)).toMatch(/DeleteSystemSnapshots/);
    expect(written).toHaveLength(23);
  });
});
