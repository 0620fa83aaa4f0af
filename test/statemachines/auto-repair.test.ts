import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultBench, INPUT, type Moment, thrown } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

const MINUTE = 60_000;

describe('auto-repair', () => {
  let bench: FaultBench;
  let before: Moment;
  /** Names of the repairs that were started since the test began. */
  let repairs: string[];

  beforeAll(async () => {
    bench = await FaultBench.create({ events: true });
    bench.h.cloud.intercept((call, next) => {
      if (call.operation === 'StartExecution' && String(call.input.stateMachineArn).includes('RepairMachine')) {
        repairs.push(String(call.input.name));
      }
      return next(call);
    });
    repairs = [];
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
    repairs = [];
  });
  afterEach(() => {
    bench.disarm();
    bench.h.cloud.events.tamper = undefined;
  });

  const isSet = async () => (await bench.h.table.readControl(ROOT)).flag !== undefined;
  const lostEvents = () => {
    bench.h.cloud.events.tamper = async () => {};
  };

  /** A session that is stopped at its copies. */
  async function stopped(): Promise<void> {
    const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await held.arrived;
    await bench.stop(arn);
    await held.release();
  }

  async function sweep(): Promise<void> {
    const schedule = bench.h.cloud.scheduler.list().find(({ name }) => name.includes('AutoRepairSweep'));
    await bench.h.cloud.scheduler.fire(schedule?.arn ?? 'none');
    await bench.h.clock.sleep(5 * MINUTE);
  }

  async function expectHealed(): Promise<void> {
    expect(await isSet()).toBe(false);
    expect(new Set(repairs).size).toBe(1);
    await bench.expectRolledBack(before, /OwnerGone/);
    await bench.expectNextSucceeds();
  }

  it('the event of the end starts it', async () => {
    await stopped();
    await bench.h.clock.sleep(MINUTE);
    await expectHealed();
  });

  it('the event is lost: the sweep starts it', async () => {
    lostEvents();
    await stopped();
    await bench.h.clock.sleep(MINUTE);
    expect(await isSet()).toBe(true);
    expect(repairs).toEqual([]);
    await sweep();
    await expectHealed();
  });

  it('the event comes three times, and the sweep besides: one repair', async () => {
    bench.h.cloud.events.tamper = async (_event, _rule, send) => void (await Promise.all([send(), send(), send()]));
    await stopped();
    await Promise.all([sweep(), sweep()]);
    await expectHealed();
  });

  it('the event comes when the next session is at work: nothing is started', async () => {
    const late: (() => Promise<void>)[] = [];
    bench.h.cloud.events.tamper = async (_event, _rule, send) => void late.push(send);
    await stopped();
    await sweep();
    expect(repairs).toHaveLength(1);
    const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const next = await bench.start('FullBackupStateMachine', INPUT);
    await held.arrived;
    expect(late.length).toBeGreaterThan(0);
    for (const send of late) await send();
    await bench.h.clock.sleep(MINUTE);
    await held.release();
    expect(await bench.ended(next)).toMatchObject({ status: 'SUCCEEDED' });
    expect(repairs).toHaveLength(1);
    await bench.expectSound();
  });

  it('a session whose own roll-back failed is such a session', async () => {
    bench.failing('FullBackupStateMachine', 'VerifyFiles');
    bench.failing('FullBackupStateMachine', 'CleanDestination');
    const failed = await bench.backUp();
    expect(failed).toMatchObject({ error: 'RepairRequired' });
    bench.disarm();
    await bench.h.clock.sleep(MINUTE);
    expect(await isSet()).toBe(false);
    expect(new Set(repairs).size).toBe(1);
    await bench.expectRolledBack(before, /States\.ExceedToleratedFailureThreshold/);
    await bench.expectNextSucceeds();
  });

  it.each(['FindFailedSession', 'TakeOver', 'RestoreSystemTable'])(
    'repairs keep failing in %s: three, then a person',
    async (state) => {
      const role = `-${state}Function`;
      const failing = bench.at(
        `every ${state}`,
        (call) => call.operation === 'Invoke' && String(call.input.FunctionName).includes(role),
        async () => thrown('Broken', 'broken on purpose'),
      );
      await stopped();
      for (let n = 0; n < 8; n++) await sweep();
      expect(failing.fired).toBe(3);
      expect(new Set(repairs).size).toBe(3);
      expect(await isSet()).toBe(true);
      failing.disarm();
      expect(await bench.repair()).toMatchObject({ output: { decision: 'REPAIRED' } });
      await bench.expectRolledBack(before, /OwnerGone/);
      await bench.expectNextSucceeds();
    },
  );
});
