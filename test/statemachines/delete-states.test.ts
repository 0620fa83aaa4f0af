import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { taskStates } from '../support/asl-states.ts';
import { FaultBench, type Machine, type Moment } from '../support/fault-bench.ts';
import { fixture } from '../support/fixture.ts';
import { ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { filesOfSnapshot, laterSnapshot } from '../support/later-snapshot.ts';

const FAULTS = ['throws', 'throws at once', 'is killed', 'times out'] as const;
type Fault = (typeof FAULTS)[number];
const M = 'DeleteStateMachine';

// Frame and roll-back are those of a backup (test/infra/definitions.test.ts), whose states each have all four
// (each-state.test.ts): of those only what ends a roll-back is here. What is new has all, or two where it is not final.
const ALL = /^(PlanDelete|CommitDelete|ForgetImage)$/;
const TWO = /^(MarkShell|CleanUnlistedFiles)$/;
const faultsOf = (name: string, nth: number): readonly Fault[] =>
  ALL.test(name) ? FAULTS : TWO.test(name) ? ['is killed', 'times out'] : [FAULTS[nth % 4]!];
const cases = (names: readonly string[]) =>
  names.flatMap((name, nth) => faultsOf(name, nth).map((fault) => [name, fault] as const));

describe('a state of delete fails', () => {
  const states = taskStates('delete');
  const work = states.filter(({ isWork }) => isWork).map(({ name }) => name);
  const commit = work.indexOf('CommitDelete');

  let bench: FaultBench;
  let before: Moment;
  let ids: { readonly f: string; readonly i1: string; readonly i2: string };

  beforeAll(async () => {
    bench = await FaultBench.create();
    const shop = fixture('shop');
    const files = [...filesOfSnapshot(shop, 'sensors-T0').keys()];
    const made: string[] = [];
    for (const [nth, minutes] of [10, 20].entries()) {
      const later = laterSnapshot(shop, 'sensors-T0', `sensors-T${nth}x`, minutes, (path) => path !== files[0]);
      for (const [path, Body] of later.objects)
        await bench.h.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
      const input = { root: ROOT, source: SOURCE, tables: ['sensors'], fromSnapshot: true };
      made.push(((await bench.run('IncrementalBackupStateMachine', input)).output as BackupSummary).id);
    }
    await bench.workOff();
    const { facts } = await bench.moment();
    ids = { f: facts.images[0]!.id, i1: made[0]!, i2: made[1]! };
    await bench.keep();
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  /** One becomes a SHELL that loses a file, one goes whole. */
  const remove = (input: object = {}) => bench.run(M, { root: ROOT, images: [ids.f, ids.i2], force: true, ...input });

  function arm(machine: Machine, state: string, fault: Fault): void {
    if (fault === 'throws') bench.failing(machine, state);
    if (fault === 'throws at once') bench.failing(machine, state, 'before');
    if (fault === 'is killed') bench.killing(machine, state);
    if (fault === 'times out') bench.hanging(machine, state);
  }

  /** Worked off, the root is what the deletion promised, to the byte. */
  async function expectDeleted(): Promise<void> {
    await bench.expectSound();
    await bench.workOff();
    await bench.expectSound();
    const { facts, work: left } = await bench.moment();
    expect(facts.images.map(({ id, state }) => [id, state])).toEqual([
      [ids.f, 'SHELL'],
      [ids.i1, 'COMPLETE'],
    ]);
    expect(facts.manifests.get(ids.f)).toMatchObject({ kind: 'SHELL' });
    expect(await bench.h.listing('backups', `prod/images/${ids.f}/data/`)).toHaveLength(2);
    expect(await bench.h.listing('backups', `prod/images/${ids.i2}/`)).toEqual([]);
    expect(facts.items.filter(({ sk }) => sk.includes(ids.i2))).toEqual([]);
    expect(left).toEqual([]);
  }
  async function expectNextSucceeds(): Promise<void> {
    expect((await remove()).cause).toBeUndefined();
    await expectDeleted();
  }

  it.each(cases(['CheckDelete', 'DryRunDelete']))('%s %s: nothing has begun', async (name, fault) => {
    arm(M, name, fault);
    expect(await remove({ dryRun: name === 'DryRunDelete' })).toMatchObject({ status: 'FAILED' });
    bench.check();
    await bench.expectRolledBack(before, null);
    await expectNextSucceeds();
  });

  it.each(cases(['PlanDelete']))('%s %s: rolled back, nothing is deleted', async (name, fault) => {
    arm(M, name, fault);
    expect(await remove()).toMatchObject({ status: 'FAILED' });
    bench.check();
    await bench.h.clock.sleep(200_000);
    await bench.expectRolledBack(before, /Broken|Runtime|Sandbox/);
    await expectNextSucceeds();
  });

  it.each(FAULTS)('CommitDelete %s: committed or rolled back, as the control item says', async (fault) => {
    arm(M, 'CommitDelete', fault);
    const outcome = await remove();
    bench.check();
    await bench.h.clock.sleep(200_000);
    const isCommitted = fault === 'times out' ? outcome.status === 'SUCCEEDED' : fault !== 'throws at once';
    if (!isCommitted) {
      expect(outcome.status).toBe('FAILED');
      await bench.expectRolledBack(before, /Broken|Sandbox/);
      return expectNextSucceeds();
    }
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { pointsBefore: 3, pointsAfter: 1 } });
    expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE', operation: 'delete' }]);
    await expectDeleted();
  });

  it.each(cases(work.slice(commit + 1)))('%s %s: it stays committed', async (name, fault) => {
    arm(M, name, fault);
    expect(await remove()).toMatchObject({ status: 'SUCCEEDED', output: { pointsAfter: 1 } });
    bench.check();
    await expectDeleted();
  });

  it.each(cases(['RestoreSystemTable', 'EndRollBack']))('%s %s in the roll-back: repair heals', async (name, fault) => {
    bench.failing(M, 'PlanDelete');
    arm(M, name, fault);
    expect(await remove()).toMatchObject({ status: 'FAILED', error: 'RepairRequired' });
    bench.check();
    await bench.h.clock.sleep(1_000_000);
    expect((await bench.repair()).cause).toBeUndefined();
    await bench.expectRolledBack(before, /Broken/);
    await expectNextSucceeds();
  });

  const cleaning = taskStates('clean-up').map(({ name }) => name);
  const ofDeletion = cleaning.slice(cleaning.indexOf('CheckCleanUpEntry'), cleaning.indexOf('ListAbandonedRestores'));
  it.each(cases(ofDeletion))('clean-up: %s %s: goes on where it was', async (name, fault) => {
    // The clean-up that the deletion starts would be faster than the fault.
    bench.failing(M, 'StartCleanUp', 'before');
    expect((await remove()).status).toBe('SUCCEEDED');
    bench.check();
    // What the shell holds goes behind the marker of what lists it, and nothing is final before steps can live no longer.
    const isOfShell = TWO.test(name) || name === 'DropCleanUpEntry';
    const isLast = /^(RemoveVoidMarker|ForgetImage|DropCleanUpEntry)$/.test(name);
    if (isOfShell || isLast) await bench.run('CleanUpStateMachine');
    if (isOfShell && isLast) await bench.run('CleanUpStateMachine');
    if (isLast) await bench.h.clock.sleep(4_000_000);
    arm('CleanUpStateMachine', name, fault);
    await bench.run('CleanUpStateMachine');
    bench.check();
    await bench.expectSound();
    await bench.h.clock.sleep(1_000_000);
    await expectDeleted();
  });
});
