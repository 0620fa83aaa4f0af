import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { taskStates } from '../support/asl-states.ts';
import { FaultBench, INPUT, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** Killed and out of time: test/crash/certificate.test.ts. */
const FAULTS = ['throws', 'throws at once'] as const;
const casesOf = (machine: string) => {
  // Those of abandoned restores are run by restores only (restore-faults.test.ts), those of deletions by deletions.
  const isOurs = (name: string, map: string) =>
    !/^(StartCleanUp|MarkShell$|CleanUnlistedFiles$|ForgetImage$)/.test(name) && map !== 'CloseRestores';
  const tasks = taskStates(machine).filter(({ name, shownAs }) => isOurs(name, shownAs));
  return tasks.flatMap(({ shownAs, name }) => FAULTS.map((fault) => [name, fault, shownAs] as const));
};

describe('a state fails', () => {
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

  function arm(machine: 'RepairStateMachine' | 'CleanUpStateMachine', state: string, fault: string): void {
    bench.failing(machine, state, fault === 'throws' ? 'after' : 'before');
  }

  /** A session that is stopped with a sealed manifest. */
  async function stopped(): Promise<void> {
    const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await commit.arrived;
    await bench.stop(arn);
  }

  const ofRepair = casesOf('repair').filter(([name]) => name !== 'StopOwner' && name !== 'DeleteSystemSnapshot');
  it.each(ofRepair)('%s of repair %s: the next repair heals', async (name, fault) => {
    await stopped();
    arm('RepairStateMachine', name, fault);
    const failed = await bench.repair();
    bench.check();
    expect(failed.status).toBe('FAILED');
    const { flag } = await bench.h.table.readControl(ROOT);
    const again = await bench.repair();
    expect(again).toMatchObject({ status: 'SUCCEEDED', output: { decision: flag ? 'REPAIRED' : 'NOTHING_TO_REPAIR' } });
    await bench.expectRolledBack(before, /OwnerGone/);
    await bench.expectNextSucceeds();
  });

  it.each(FAULTS)('DeleteSystemSnapshot of repair %s: it is repaired all the same', async (fault) => {
    await stopped();
    arm('RepairStateMachine', 'DeleteSystemSnapshot', fault);
    expect(await bench.repair()).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
    bench.check();
    await bench.expectRolledBack(before, /OwnerGone/);
    await bench.expectNextSucceeds();
  });

  // Those for abandoned restores: abandoned-restore.test.ts.
  it.each(casesOf('clean-up').filter(([, , shownAs]) => shownAs !== 'CloseRestores'))(
    '%s of clean-up %s: the entry stays, the next round works it off',
    async (name, fault) => {
      await stopped();
      expect(await bench.repair()).toMatchObject({ status: 'SUCCEEDED' });
      await bench.h.clock.sleep(24 * 3_600_000);
      arm('CleanUpStateMachine', name, fault);
      const failed = await bench.run('CleanUpStateMachine');
      // A first round that finds something keeps the entry: only the second one reaches its last states.
      const ended = failed.status === 'SUCCEEDED' ? await bench.run('CleanUpStateMachine') : failed;
      bench.check();
      expect(ended.status).toBe('FAILED');
      await bench.expectSound();
      await bench.expectRolledBack(before, /OwnerGone/);
      await bench.expectNextSucceeds();
    },
  );
});
