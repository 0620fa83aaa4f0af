import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskStates } from '../support/asl-states.ts';
import { FaultBench, FULL, INCREMENT, type Machine, type Moment } from '../support/fault-bench.ts';
import { ROOT, TARGET } from '../support/holdfast-cloud.ts';

const between = (list: readonly string[], from: string, to: string) =>
  list.slice(list.indexOf(from), list.indexOf(to) + 1);
const repairing = taskStates('repair').map(({ name }) => name);

/** States of an increment from logs: this one is of a snapshot. */
const OF_LOGS = /^(PlanWals|SplitWals|PlanMerge|MergeRuns|PlanIncrement)$/;

// Of an increment a part: its states are those of a full (test/infra/definitions.test.ts).
describe.each([FULL, INCREMENT])('a stopped $name, without auto-repair', (backup) => {
  const states = taskStates(backup.name);
  const work = states.filter(({ isWork }) => isWork).map(({ shownAs }) => shownAs);
  const rollBack = states.map(({ name }) => name).slice(states.findIndex(({ name }) => name === 'ReadFailure'));
  const HELD = between(work, 'SetActiveSnapshot', 'SealManifest').filter(
    (name) => name !== 'DeleteLostSnapshot' && !OF_LOGS.test(name),
  );
  const M = backup.machine;
  const INPUT = backup.input;
  const isFull = backup === FULL;
  let bench: FaultBench;
  let before: Moment;

  beforeAll(async () => {
    bench = await FaultBench.create({ backup });
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  /** Stops the machine's execution when it is in the state; the Lambda lives on to its end, as on AWS. */
  function stopAt(machine: Machine, state: string, execution: () => string): void {
    bench.atState(
      machine,
      state,
      async (call, next) => {
        await bench.stop(execution());
        return next(call);
      },
      1,
    );
  }

  async function stoppedRun(machine: Machine, state: string, input: object): Promise<void> {
    let arn = '';
    stopAt(machine, state, () => arn);
    arn = await bench.start(machine, input);
    expect(await bench.ended(arn)).toMatchObject({ status: 'ABORTED' });
    await bench.h.clock.sleep(5_000);
  }

  async function expectRepairRequired(): Promise<void> {
    const sessionId = (await bench.h.table.readControl(ROOT)).flag?.sessionId ?? 'no flag';
    const create = await bench.backUp();
    const restore = await bench.h.run('RestoreStateMachine', {
      ...{ root: ROOT, image: 'latest', tables: ['sensors'], target: TARGET },
    });
    for (const { status, error, cause } of [create, restore]) {
      expect({ status, error }).toEqual({ status: 'FAILED', error: 'RepairRequired' });
      expect(cause).toContain(sessionId);
      expect(cause).toContain(`holdfast repair ${ROOT}`);
    }
  }

  async function expectRepairHeals(reason: RegExp): Promise<void> {
    const repaired = await bench.repair();
    expect(repaired.cause).toBeUndefined();
    expect(repaired).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
    await bench.expectRolledBack(before, reason);
    const once = await bench.moment();
    expect(await bench.repair()).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'NOTHING_TO_REPAIR' } });
    expect(await bench.moment()).toEqual(once);
    await bench.expectNextSucceeds();
  }

  it.each(HELD)('in %s: the next create and restore need a repair, which heals', async (state) => {
    await stoppedRun(M, state, INPUT);
    bench.check();
    await expectRepairRequired();
    await expectRepairHeals(/OwnerGone.*was stopped/);
  });

  it.each(between(work, 'ClaimRoot', 'TakeSystemSnapshot'))('in %s: nothing has begun', async (state) => {
    await stoppedRun(M, state, INPUT);
    bench.check();
    await bench.expectRolledBack(before, null);
    await bench.expectNextSucceeds();
  });

  it('in CommitBackup, whose Lambda lives on: committed, and nothing to repair', async () => {
    await stoppedRun(M, 'CommitBackup', INPUT);
    bench.check();
    expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
    expect(await bench.repair()).toMatchObject({ output: { decision: 'NOTHING_TO_REPAIR' } });
    await bench.expectSound();
    await bench.expectNextSucceeds(() => bench.run('FullBackupStateMachine', FULL.input));
  });

  const BEFORE_END = rollBack.slice(0, rollBack.indexOf('EndRollBack'));
  it.each(isFull ? BEFORE_END : ['CleanDestination'])('in the roll-back, in %s: repair heals', async (state) => {
    bench.failing(M, 'VerifyFiles');
    await stoppedRun(M, state, INPUT);
    bench.check();
    await expectRepairRequired();
    await expectRepairHeals(/OwnerGone.*was stopped/);
  });

  const TAKEN = between(repairing, 'TakeOver', 'RestoreSystemTable');
  it.each(isFull ? TAKEN : ['RestoreSystemTable'])(
    'a repair that is stopped in %s: the next repair heals',
    async (state) => {
      await stoppedRun(M, 'CopyFiles', INPUT);
      await stoppedRun('RepairStateMachine', state, { root: ROOT });
      bench.check();
      await expectRepairRequired();
      await expectRepairHeals(/OwnerGone.*was stopped/);
    },
  );

  it('while the owner runs repair is refused; told to, it stops the owner first', async () => {
    const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const owner = await bench.start(M, INPUT);
    await held.arrived;
    const refused = await bench.repair();
    expect(refused).toMatchObject({ status: 'FAILED', error: 'OwnerRunning' });
    expect(refused.cause).toContain('--stop-owner');
    const repaired = await bench.repair({ root: ROOT, stopOwner: true });
    expect(repaired).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
    expect(await bench.ended(owner)).toMatchObject({ status: 'ABORTED', error: 'StoppedByRepair' });
    await held.release();
    bench.check();
    await bench.expectRolledBack(before, /StoppedByRepair/);
    await bench.expectNextSucceeds();
  });
});
