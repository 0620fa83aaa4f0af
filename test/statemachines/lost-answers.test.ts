import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connectionLost, FaultBench, INPUT, type Machine, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** What becomes of a transaction whose answer is lost. `later`: it takes effect when whoever sent it has given up. */
const EFFECTS = ['at once', 'later', 'never'] as const;
type Effect = (typeof EFFECTS)[number];
/** Whether one answer is lost, or every one that the step asks for. */
const ANSWERS = ['one answer', 'every answer'] as const;
const CASES = EFFECTS.flatMap((effect) => ANSWERS.map((answers) => [effect, answers] as const));

/** Longer than any step and its retries ask for an answer. */
const LATER_MS = 1_000_000;

describe('the answer of a transaction is lost', () => {
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

  /** Answers when the late effects have come. */
  function lose(step: string, effect: Effect, answers: (typeof ANSWERS)[number]): () => Promise<void> {
    const late: Promise<unknown>[] = [];
    bench.at(
      `a transaction of ${step}`,
      bench.transactionOf(step),
      async (call, next) => {
        if (effect === 'at once') await next(call).catch(() => {});
        if (effect === 'later') {
          late.push(bench.h.clock.sleep(LATER_MS).then(() => next(call).catch(() => {})));
        }
        throw connectionLost();
      },
      answers === 'one answer' ? 1 : undefined,
    );
    return async () => void (await Promise.all(late));
  }

  /** A flag that is left is healed by repair; nobody's image is lost by that. */
  async function heal(): Promise<void> {
    bench.disarm();
    const { flag } = await bench.h.table.readControl(ROOT);
    const repaired = await bench.repair();
    expect(repaired.cause).toBeUndefined();
    expect(repaired).toMatchObject({ output: { decision: flag ? 'REPAIRED' : 'NOTHING_TO_REPAIR' } });
    await bench.expectSound();
  }

  it.each(CASES)('the begin took effect %s, %s lost: settled, and nothing is orphaned', async (effect, answers) => {
    const late = lose('SetActiveSnapshot', effect, answers);
    const ended = await bench.backUp();
    bench.check();
    const isKnown = answers === 'one answer' || effect === 'at once';
    expect(ended.status).toBe(isKnown ? 'SUCCEEDED' : 'FAILED');
    if (!isKnown) expect(ended.error).toBe('BeginUnknown');
    await late();
    const isOrphan = effect === 'later' && answers === 'every answer';
    expect((await bench.h.table.readControl(ROOT)).flag !== undefined).toBe(isOrphan);
    // The snapshot is still there for who undoes it: whoever may have set the flag never deletes it (I3).
    await bench.expectSound();
    await heal();
    if (!isKnown) await bench.expectRolledBack(before, isOrphan ? /OwnerGone.*BeginUnknown/ : null);
    await bench.expectNextSucceeds();
  });

  it.each(CASES)(
    'the commit took effect %s, %s lost: COMPLETE and never rolled back, or undone',
    async (effect, answers) => {
      const late = lose('CommitBackup', effect, answers);
      const ended = await bench.backUp();
      bench.check();
      const isCommitted = answers === 'one answer' || effect === 'at once';
      expect(ended.status).toBe(isCommitted ? 'SUCCEEDED' : 'FAILED');
      await late();
      await heal();
      const [session] = await bench.newSessions(before);
      expect(session?.state).toBe(isCommitted ? 'COMPLETE' : 'FAILED');
      if (isCommitted) expect(ended.output).toMatchObject({ id: session?.id, files: 3 });
      else await bench.expectRolledBack(before, /UnknownOutcome/);
      await bench.expectNextSucceeds();
    },
  );

  const takeOvers = (['FullBackupStateMachine', 'RepairStateMachine'] as const).flatMap((machine) =>
    CASES.map(([effect, answers]) => [machine, effect, answers] as const),
  );
  /** A session fails in VerifyFiles; or it is stopped there and repaired. */
  async function undo(machine: Machine): Promise<{ status: string; error: string | undefined }> {
    if (machine === 'FullBackupStateMachine') {
      bench.failing('FullBackupStateMachine', 'VerifyFiles');
      return bench.backUp();
    }
    const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await held.arrived;
    await bench.stop(arn);
    const ended = await bench.repair();
    await held.release();
    return ended;
  }
  const REASON = /States\.ExceedToleratedFailureThreshold|OwnerGone/;

  it.each(takeOvers)('the take-over of %s took effect %s, %s lost', async (machine, effect, answers) => {
    const late = lose('TakeOver', effect, answers);
    const ended = await undo(machine);
    bench.check();
    await late();
    const isKnown = answers === 'one answer' || effect === 'at once';
    expect(ended.error === 'RepairRequired').toBe(!isKnown);
    await heal();
    await bench.expectRolledBack(before, REASON);
    await bench.expectNextSucceeds();
  });

  it.each(takeOvers)('the end of the roll-back of %s took effect %s, %s lost', async (machine, effect, answers) => {
    const late = lose('EndRollBack', effect, answers);
    const ended = await undo(machine);
    bench.check();
    await late();
    const isKnown = answers === 'one answer' || effect === 'at once';
    expect(ended.error === 'RepairRequired').toBe(!isKnown);
    await heal();
    await bench.expectRolledBack(before, REASON);
    await bench.expectNextSucceeds();
  });
});
