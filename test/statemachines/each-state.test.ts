import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskStates } from '../support/asl-states.ts';
import { FaultBench, FULL, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** The function throws after its effect, or before it, each time that it is tried. Killed and out of time: test/crash/certificate.test.ts. */
const FAULTS = ['throws', 'throws at once'] as const;

type Fault = (typeof FAULTS)[number];

// The machines of increments share frame and steps (test/infra/definitions.test.ts).
describe('a state of full-backup fails', () => {
  const M = FULL.machine;
  const states = taskStates(FULL.name);
  const work = states.filter(({ isWork }) => isWork);
  const begin = work.findIndex(({ name }) => name === 'SetActiveSnapshot');
  const commit = work.findIndex(({ name }) => name === 'CommitBackup');
  const rollBack = states.slice(states.findIndex(({ name }) => name === 'ReadFailure'));
  const end = rollBack.findIndex(({ name }) => name === 'EndRollBack');

  let bench: FaultBench;
  let before: Moment;

  beforeAll(async () => {
    bench = await FaultBench.create();
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  const arm = (state: string, fault: Fault) => bench.failing(M, state, fault === 'throws' ? 'after' : 'before');
  const reasonOf = (isChild: boolean): RegExp => (isChild ? /States\.ExceedToleratedFailureThreshold/ : /Broken/);
  const cases = <T extends { name: string }>(list: readonly T[]) =>
    list.flatMap((state) => FAULTS.map((fault) => [state.name, fault, state] as const));

  /** The begin is lost once: only then the state that deletes the lost snapshot runs. */
  function loseBeginOnce(): void {
    bench.atState(
      M,
      'SetActiveSnapshot',
      async (call, next) => {
        await bench.h.cloud.call('dynamodb', 'UpdateItem', {
          TableName: bench.h.stack.TableName,
          Key: { pk: { S: `root#${ROOT}` }, sk: { S: 'control' } },
          UpdateExpression: 'ADD version :one',
          ExpressionAttributeValues: { ':one': { N: '1' } },
        });
        return next(call);
      },
      1,
    );
  }

  it('knows the states of the file', () => {
    expect(work.length).toBeGreaterThan(10);
    expect(begin).toBeGreaterThan(0);
    expect(commit).toBeGreaterThan(begin);
    expect(end).toBeGreaterThan(0);
  });

  const outside = states.filter(({ name }) => /^(CheckInput|CheckIncremental|DryRunBackup)$/.test(name));
  it.each(cases([...outside, ...work.slice(0, begin), ...work.filter(({ name }) => name === 'DeleteLostSnapshot')]))(
    '%s %s: nothing has begun',
    async (name, fault) => {
      if (name === 'DeleteLostSnapshot') loseBeginOnce();
      arm(name, fault);
      const failed = await bench.backUp({ ...FULL.input, ...(name === 'DryRunBackup' && { dryRun: true }) });
      bench.check();
      expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reasonOf(false)) });
      await bench.expectRolledBack(before, null);
      await bench.expectNextSucceeds();
    },
  );

  const undone = work.slice(begin, commit).filter(({ name }) => name !== 'DeleteLostSnapshot');
  it.each(cases(undone))('%s %s: rolled back', async (name, fault, state) => {
    const isChild = state.shownAs !== name;
    arm(state.shownAs, fault);
    const failed = await bench.backUp();
    bench.check();
    const reason = reasonOf(isChild);
    // A begin that was never sent has begun nothing yet.
    const isOpen = name === 'SetActiveSnapshot' && fault === 'throws at once';
    expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reason) });
    await bench.expectRolledBack(before, isOpen ? null : reason);
    await bench.expectNextSucceeds();
  });

  it.each(FAULTS)('CommitBackup %s: committed or rolled back, as the control item says', async (fault) => {
    arm('CommitBackup', fault);
    const outcome = await bench.backUp();
    bench.check();
    const [session] = await bench.newSessions(before);
    await bench.expectSound();
    const isCommitted = fault !== 'throws at once';
    if (isCommitted) {
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { id: session?.id, files: FULL.files } });
      expect(session).toMatchObject({ state: 'COMPLETE' });
    } else {
      expect(outcome.status).toBe('FAILED');
      await bench.expectRolledBack(before, reasonOf(false));
    }
    await bench.expectNextSucceeds();
  });

  const after = [...work.slice(commit + 1), ...states.filter(({ name }) => name === 'StartCleanUp')];
  it.each(after.flatMap(({ name }) => FAULTS.map((fault) => [name, fault] as const)))(
    '%s %s: the backup stays committed',
    async (name, fault) => {
      arm(name, fault);
      const outcome = await bench.backUp();
      bench.check();
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { files: FULL.files } });
      expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
      await bench.expectSound();
      await bench.expectNextSucceeds();
    },
  );

  it.each(cases(rollBack.slice(0, end + 1)))('%s %s in the roll-back: repair heals', async (name, fault) => {
    bench.failing(M, 'VerifyFiles');
    arm(name, fault);
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'RepairRequired' });
    expect(failed.cause).toContain(`holdfast repair ${ROOT}`);
    await bench.h.clock.sleep(60_000);
    const { flag } = await bench.h.table.readControl(ROOT);
    const isOver = name === 'EndRollBack' && fault !== 'throws at once';
    if (!isOver) {
      expect(flag).toBeDefined();
      expect(await bench.backUp()).toMatchObject({ error: 'RepairRequired' });
    }
    const repaired = await bench.repair();
    expect(repaired.cause).toBeUndefined();
    expect(repaired).toMatchObject({ output: { decision: isOver ? 'NOTHING_TO_REPAIR' : 'REPAIRED' } });
    // The reason is the one that the session failed with, not that its roll-back failed as well.
    await bench.expectRolledBack(before, /States\.ExceedToleratedFailureThreshold/);
    await bench.expectNextSucceeds();
  });

  it.each(cases(rollBack.slice(end + 1)))('%s %s after the roll-back: it is over', async (name, fault) => {
    bench.failing(M, 'VerifyFiles');
    arm(name, fault);
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    await bench.expectRolledBack(before, /States\.ExceedToleratedFailureThreshold/);
    await bench.expectNextSucceeds();
  });
});
