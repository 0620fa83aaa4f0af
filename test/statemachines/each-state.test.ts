import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskStates } from '../support/asl-states.ts';
import { FaultBench, FULL, INCREMENT, INPUT, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** The function throws after its effect, or before it; is killed; runs out of its time: each time that it is tried. */
const FAULTS = ['throws', 'throws at once', 'is killed', 'times out'] as const;

type Fault = (typeof FAULTS)[number];

/** Those that make an increment of logs: log-increment-faults.test.ts. */
const OF_LOGS = /^(PlanWals|SplitPart|PlanMerge|MergeChunk|PlanIncrement)$/;

// The machines share frame and steps (test/infra/definitions.test.ts): of an increment each state has one of the faults.
describe.each([
  { backup: FULL, faultsOf: () => FAULTS },
  { backup: INCREMENT, faultsOf: (nth: number): readonly Fault[] => [FAULTS[nth % FAULTS.length]!] },
])('a state of $backup.name fails', ({ backup, faultsOf }) => {
  const M = backup.machine;
  const states = taskStates(backup.name).filter(({ name }) => !OF_LOGS.test(name));
  const work = states.filter(({ isWork }) => isWork);
  const begin = work.findIndex(({ name }) => name === 'SetActiveSnapshot');
  const commit = work.findIndex(({ name }) => name === 'CommitBackup');
  const rollBack = states.slice(states.findIndex(({ name }) => name === 'ReadFailure'));
  const end = rollBack.findIndex(({ name }) => name === 'EndRollBack');

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

  function arm(state: string, fault: Fault): void {
    if (fault === 'throws') bench.failing(M, state);
    if (fault === 'throws at once') bench.failing(M, state, 'before');
    if (fault === 'is killed') bench.killing(M, state);
    if (fault === 'times out') bench.hanging(M, state);
  }
  const reasonOf = (fault: Fault, isChild: boolean): RegExp => {
    if (isChild) return /States\.ExceedToleratedFailureThreshold/;
    return {
      throws: /Broken/,
      'throws at once': /Broken/,
      'is killed': /Runtime\.ExitError/,
      'times out': /Sandbox\.Timedout/,
    }[fault];
  };
  const cases = <T extends { name: string }>(list: readonly T[]) =>
    list.flatMap((state, nth) => faultsOf(nth).map((fault) => [state.name, fault, state] as const));

  /** An increment that was committed leaves nothing for the next one. */
  const full = () => bench.run('FullBackupStateMachine', INPUT);

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
      const failed = await bench.backUp({ ...backup.input, ...(name === 'DryRunBackup' && { dryRun: true }) });
      bench.check();
      expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reasonOf(fault, false)) });
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
    const reason = reasonOf(fault, isChild);
    // A begin that was never sent, or that is still in flight, has begun nothing yet.
    const isOpen = name === 'SetActiveSnapshot' && fault === 'throws at once';
    expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reason) });
    await bench.h.clock.sleep(200_000);
    if (name === 'SetActiveSnapshot' && fault === 'times out') await bench.repair();
    const orphan = name === 'SetActiveSnapshot' && fault === 'times out';
    await bench.expectRolledBack(before, isOpen ? null : orphan ? /Sandbox\.Timedout|OwnerGone/ : reason);
    await bench.expectNextSucceeds();
  });

  it.each(FAULTS)('CommitBackup %s: committed or rolled back, as the control item says', async (fault) => {
    arm('CommitBackup', fault);
    const outcome = await bench.backUp();
    bench.check();
    await bench.h.clock.sleep(200_000);
    const [session] = await bench.newSessions(before);
    await bench.expectSound();
    // One that runs out of its time is open: a late write of an earlier try may have committed.
    const isCommitted = fault === 'times out' ? outcome.status === 'SUCCEEDED' : fault !== 'throws at once';
    if (isCommitted) {
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { id: session?.id, files: backup.files } });
      expect(session).toMatchObject({ state: 'COMPLETE' });
    } else {
      expect(outcome.status).toBe('FAILED');
      await bench.expectRolledBack(before, reasonOf(fault, false));
    }
    await bench.expectNextSucceeds(isCommitted ? full : undefined);
  });

  const after = [...work.slice(commit + 1), ...states.filter(({ name }) => name === 'StartCleanUp')];
  it.each(after.flatMap(({ name }, nth) => faultsOf(nth).map((fault) => [name, fault] as const)))(
    '%s %s: the backup stays committed',
    async (name, fault) => {
      if (name === 'StartCleanUp' && !fault.startsWith('throws')) return; // no Lambda: it cannot be killed
      arm(name, fault);
      const outcome = await bench.backUp();
      bench.check();
      expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { files: backup.files } });
      expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
      await bench.expectSound();
      await bench.expectNextSucceeds(full);
    },
  );

  it.each(cases(rollBack.slice(0, end + 1)))('%s %s in the roll-back: repair heals', async (name, fault) => {
    bench.failing(M, 'VerifyFiles');
    arm(name, fault);
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'RepairRequired' });
    expect(failed.cause).toContain(`holdfast repair ${ROOT}`);
    await bench.h.clock.sleep(1_000_000);
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
    if (name.startsWith('StartCleanUp') && !fault.startsWith('throws')) return; // no Lambda: it cannot be killed
    bench.failing(M, 'VerifyFiles');
    arm(name, fault);
    const failed = await bench.backUp();
    bench.check();
    expect(failed).toMatchObject({ status: 'FAILED', error: 'States.ExceedToleratedFailureThreshold' });
    await bench.expectRolledBack(before, /States\.ExceedToleratedFailureThreshold/);
    await bench.expectNextSucceeds();
  });
});
