import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultBench, type Held, INPUT, type Moment, thrown } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

const fail = thrown('Broken', 'broken on purpose');

describe('races', () => {
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

  /** An execution that is stopped while such a call of its is under way. */
  async function stoppedWith(held: Held): Promise<string> {
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await held.arrived;
    await bench.stop(arn);
    return arn;
  }
  const holdCopy = () => bench.hold('a copy', (call) => call.operation === 'CopyObject');

  it('the take-over is faster than the commit: rolled back, and the commit does nothing', async () => {
    const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
    await stoppedWith(commit);
    const takeOver = bench.hold('the take-over', bench.transactionOf('TakeOver'));
    const repair = bench.repair();
    await takeOver.arrived;
    await takeOver.release();
    await commit.release();
    expect(await repair).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
    bench.check();
    await bench.expectRolledBack(before, /OwnerGone/);
    await bench.expectNextSucceeds();
  });

  it('the commit is faster than the take-over: COMPLETE, and the repair finds nothing to undo', async () => {
    const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
    await stoppedWith(commit);
    const takeOver = bench.hold('the take-over', bench.transactionOf('TakeOver'));
    const repair = bench.repair();
    await takeOver.arrived;
    await commit.release();
    await takeOver.release();
    expect(await repair).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'NOTHING_TO_REPAIR' } });
    bench.check();
    expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
    await bench.expectSound();
    await bench.expectNextSucceeds();
  });

  it('the Catch takes over while a commit of an earlier try is still in flight, in both orders', async () => {
    for (const first of ['commit', 'take-over'] as const) {
      await bench.reset();
      before = await bench.moment();
      const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
      // The Lambda that sent it is killed at each try, the transaction is on its way.
      const killed = bench.atState('FullBackupStateMachine', 'CommitBackup', async (call, next) => {
        if (commit.fired > 0) return fail;
        void next(call);
        await commit.arrived;
        return fail;
      });
      const takeOver = bench.hold('the take-over', bench.transactionOf('TakeOver'));
      const arn = await bench.start('FullBackupStateMachine', INPUT);
      await takeOver.arrived;
      for (const one of first === 'commit' ? [commit, takeOver] : [takeOver, commit]) await one.release();
      const ended = await bench.ended(arn);
      expect(killed.fired).toBeGreaterThan(0);
      bench.check();
      expect(ended.status).toBe(first === 'commit' ? 'SUCCEEDED' : 'FAILED');
      if (first === 'take-over') await bench.expectRolledBack(before, /Broken/);
      else expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
      await bench.expectSound();
      await bench.expectNextSucceeds();
    }
  });

  it('two repairs and a new session at once: one repairs, the others stop cleanly', async () => {
    await stoppedWith(holdCopy());
    const takeOvers: (() => void)[] = [];
    bench.at(
      'both take-overs',
      bench.transactionOf('TakeOver'),
      async (call, next) => {
        await new Promise<void>((resolve) => {
          takeOvers.push(resolve);
          if (takeOvers.length === 2) for (const go of takeOvers) go();
        });
        return next(call);
      },
      2,
    );
    const ends = await Promise.all([
      bench.h.run('RepairStateMachine', { root: ROOT }),
      bench.h.run('RepairStateMachine', { root: ROOT }),
      bench.h.run('FullBackupStateMachine', INPUT),
    ]);
    bench.check();
    const [one, other, created] = ends;
    expect([one?.error, other?.error].sort()).toEqual(['Superseded', undefined]);
    expect(created?.error).toMatch(/^(RepairRequired|BackupInProgress)$/);
    await bench.expectRolledBack(before, /OwnerGone/);
    await bench.expectNextSucceeds();
  });

  it('a session begins between the end of a repair and what the repair still does', async () => {
    await stoppedWith(holdCopy());
    const held = bench.hold(
      'the snapshot that the repair deletes',
      (call) =>
        call.service === 's3' && call.operation === 'DeleteObjects' && bench.stepOf(call) === 'DeleteSystemSnapshots',
    );
    const repair = bench.repair();
    await held.arrived;
    const created = await bench.h.start('FullBackupStateMachine', INPUT);
    await held.release();
    expect(await repair).toMatchObject({ status: 'SUCCEEDED' });
    expect(await bench.ended(created)).toMatchObject({ status: 'SUCCEEDED' });
    bench.check();
    await bench.expectSound();
    await bench.expectNextSucceeds();
  });

  const redrive = async (executionArn: string) => {
    await bench.h.cloud.call('states', 'RedriveExecution', { executionArn });
    return bench.ended(executionArn);
  };

  it('a failed execution that is redriven after the next commit fails once more and changes nothing', async () => {
    bench.failing('FullBackupStateMachine', 'VerifyFiles');
    const failed = await bench.backUp();
    expect(failed.status).toBe('FAILED');
    bench.check();
    await bench.expectNextSucceeds();
    const after = await bench.moment();
    expect(await redrive(failed.arn)).toMatchObject({ status: 'FAILED', error: failed.error });
    expect(await bench.moment()).toEqual(after);
  });

  it.each(['SetActiveSnapshot', 'PlanBackup', 'CopyFiles', 'VerifyFiles', 'SealManifest', 'CommitBackup'])(
    'an execution that was stopped in %s is redriven after repair and the next commit: fenced, and nothing changes',
    async (state) => {
      let arn = '';
      bench.atState(
        'FullBackupStateMachine',
        state,
        async (call, next) => {
          await bench.stop(arn);
          // The commit must not win here; the others may end what they began.
          return state === 'CommitBackup' ? fail : next(call);
        },
        1,
      );
      arn = await bench.start('FullBackupStateMachine', INPUT);
      expect(await bench.ended(arn)).toMatchObject({ status: 'ABORTED' });
      await bench.h.clock.sleep(10_000);
      bench.check();
      expect(await bench.repair()).toMatchObject({ output: { decision: 'REPAIRED' } });
      await bench.expectNextSucceeds();
      const after = await bench.moment();
      expect((await redrive(arn)).status).toBe('FAILED');
      await bench.expectSound();
      const again = await bench.moment();
      expect(again.facts.items).toEqual(after.facts.items);
      expect(again.backups).toEqual(after.backups);
      await bench.expectNextSucceeds();
    },
  );
});
