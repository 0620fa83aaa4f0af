import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../core/canonical-json.ts';
import type { Output } from '../../local/hub.ts';
import { type TaskState, taskStates } from '../support/asl-states.ts';
import { FaultBench, type Machine, type Moment } from '../support/fault-bench.ts';
import { ROOT, TARGET } from '../support/holdfast-cloud.ts';

const RESTORE = { root: ROOT, image: 'latest', tables: ['sensors'], target: TARGET };
const VERIFY = { root: ROOT, image: 'latest', mode: 'deep' };

/** The function throws after its effect, or before it; is killed; runs out of its time: each time that it is tried. */
const FAULTS = ['throws', 'throws at once', 'is killed', 'times out'] as const;
type Fault = (typeof FAULTS)[number];
const REASONS: Record<Fault, RegExp> = {
  throws: /Broken/,
  'throws at once': /Broken/,
  'is killed': /Runtime\.ExitError/,
  'times out': /Sandbox\.Timedout/,
};
const reasonOf = (fault: Fault, { name, shownAs }: TaskState): RegExp =>
  name === shownAs ? REASONS[fault] : /States\.ExceedToleratedFailureThreshold/;
const cases = (states: readonly TaskState[]) =>
  states.flatMap((state) => FAULTS.map((fault) => [state.name, fault, state] as const));

/** Later than any lease of a restore, and than the day that a pin is kept after its end. */
const LEASES_MS = 36 * 3_600_000;

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

function arm(machine: Machine, { shownAs }: TaskState, fault: Fault): void {
  if (fault === 'throws') bench.failing(machine, shownAs);
  if (fault === 'throws at once') bench.failing(machine, shownAs, 'before');
  if (fault === 'is killed') bench.killing(machine, shownAs);
  if (fault === 'times out') bench.hanging(machine, shownAs);
}

/** Pins, restore records and notes of what is left: all that a run that reads images leaves in the system table. */
async function records(): Promise<string[]> {
  const { Items = [] } = await bench.h.cloud.call('dynamodb', 'Scan', { TableName: bench.h.stack.TableName });
  const texts = (Items as Output[]).map((item) => canonicalJson(item as never));
  return texts.filter((text) => /"(pins|targets)#/.test(text));
}

/** R11: nothing of the root was changed, neither in the system table nor in its bucket. */
async function expectRootUntouched(): Promise<void> {
  const { facts, backups } = await bench.moment();
  expect(facts.items).toEqual(before.facts.items);
  expect(facts.sessions).toEqual(before.facts.sessions);
  expect(facts.cleanUp).toEqual(before.facts.cleanUp);
  expect(backups).toEqual(before.backups);
}

describe('a state of restore fails', () => {
  const M = 'RestoreStateMachine';
  const states = taskStates('restore');
  const indexOf = (name: string) => states.findIndex((state) => state.name === name);
  const work = states.filter(({ name }) => name !== 'SummarizeCheck');
  const ofWork = (from: string, to: string) =>
    work.filter((s) => indexOf(s.name) >= indexOf(from) && indexOf(s.name) < indexOf(to));

  const restore = (): ReturnType<FaultBench['run']> => bench.run(M, RESTORE);
  const keys = async () => (await bench.h.listing('hbase', 'restored/')).map((line) => line.split(' ')[0] ?? '');
  const snapshots = async () => (await keys()).filter((key) => key.includes('/.hbase-snapshot/'));
  const visible = async () =>
    (await snapshots()).filter((key) => key.endsWith('/.snapshotinfo') && !key.includes('/.tmp/'));

  /** The clean-up until nothing is left to look after. */
  async function workOff(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await bench.h.clock.sleep(LEASES_MS);
      expect(await bench.run('CleanUpStateMachine')).toMatchObject({ status: 'SUCCEEDED' });
    }
  }

  /** Nothing is held, paused, pinned or fenced any more, and every snapshot that is there is whole. */
  async function expectNothingLeft(): Promise<void> {
    const there = await snapshots();
    const whole = (await visible()).flatMap((key) => [key, key.replace('.snapshotinfo', 'data.manifest')]);
    expect(there).toEqual(whole.sort());
    expect((await records()).join('\n')).not.toMatch(/"pins#|"left#|RESTORING/);
  }

  async function expectNextRestoresEqual(): Promise<void> {
    const earlier = await visible();
    const next = await restore();
    expect(next.cause).toBeUndefined();
    expect(next).toMatchObject({ status: 'SUCCEEDED', output: { tables: [{ table: 'sensors', files: 3 }] } });
    expect(await visible()).toHaveLength(earlier.length + 1);
    const files = (place: string, area: string) =>
      bench.h
        .listing(place === 'backups' ? 'backups' : 'hbase', area)
        .then((lines) => lines.filter((line) => line.includes('/default/sensors/')))
        .then((lines) => lines.map((line) => line.slice(line.indexOf('/default/sensors/'))).sort());
    const [id] = before.facts.images.map((image) => image.id);
    expect(await files('hbase', 'restored/archive/data/')).toEqual(await files('backups', `prod/images/${id}/data/`));
    await expectNothingLeft();
  }

  it('knows the states of the file', () => {
    expect(ofWork('PinImages', 'PublishSnapshots').length).toBeGreaterThan(8);
    expect(ofWork('PublishSnapshots', 'ReleaseRestored').length).toBeGreaterThan(2);
  });

  it.each(cases([...ofWork('CheckRestore', 'PublishSnapshots'), ...states.filter((s) => s.name === 'SummarizeCheck')]))(
    '%s %s: nothing is visible, and nothing stays',
    async (name, fault, state) => {
      arm(M, state, fault);
      const failed = await (name === 'SummarizeCheck' ? bench.run(M, { ...RESTORE, check: true }) : restore());
      bench.check();
      expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reasonOf(fault, state)) });
      expect(await visible()).toEqual([]);
      await workOff();
      expect(await snapshots()).toEqual([]);
      await expectNothingLeft();
      await expectRootUntouched();
      await expectNextRestoresEqual();
    },
  );

  it.each(cases(ofWork('PublishSnapshots', 'ReleaseRestored')))(
    '%s %s: what is visible is whole, and the hold goes',
    async (_name, fault, state) => {
      arm(M, state, fault);
      expect(await restore()).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reasonOf(fault, state)) });
      bench.check();
      await workOff();
      await expectNothingLeft();
      await expectRootUntouched();
      await expectNextRestoresEqual();
    },
  );

  it.each(cases(states.filter(({ name }) => name === 'ReleaseRestored' || name === 'UnpinRestored')))(
    '%s %s: it is restored all the same',
    async (_name, fault, state) => {
      arm(M, state, fault);
      expect(await restore()).toMatchObject({ status: 'SUCCEEDED' });
      bench.check();
      expect(await visible()).toHaveLength(1);
      await workOff();
      await expectNothingLeft();
      expect(await visible()).toHaveLength(1);
      await expectNextRestoresEqual();
    },
  );

  it.each(cases(states.slice(indexOf('ReadRunFailure'))))(
    '%s %s after a failure: the clean-up does what it did not',
    async (name, fault, state) => {
      bench.failing(M, 'CheckPaused');
      arm(M, state, fault);
      const failed = await restore();
      bench.check();
      expect(failed.status).toBe('FAILED');
      if (name !== 'ReadRunFailure') expect(failed.error).toBe('Broken');
      expect(await visible()).toEqual([]);
      await workOff();
      expect(await snapshots()).toEqual([]);
      await expectNothingLeft();
      await expectRootUntouched();
      await expectNextRestoresEqual();
    },
  );

  // Those that work off entries: repair-states.test.ts.
  const ofCleanUp = taskStates('clean-up').filter(
    ({ name, shownAs }) => shownAs === 'CloseRestores' || name === 'ListAbandonedRestores',
  );
  it.each(cases(ofCleanUp))('%s of clean-up %s: the next one goes on', async (name, fault) => {
    const paused = bench.hold(
      'the listing under the pause',
      (call) => call.operation === 'Invoke' && JSON.stringify(call.input).includes('-PublishSnapshotsFunction'),
    );
    const arn = await bench.start(M, RESTORE);
    await paused.arrived;
    await bench.stop(arn);
    expect(await snapshots()).toHaveLength(3);
    if (name !== 'CloseRecords') {
      expect(await bench.run('CleanUpStateMachine')).toMatchObject({ status: 'SUCCEEDED' });
      await bench.h.clock.sleep(LEASES_MS);
    }
    arm('CleanUpStateMachine', { name, shownAs: name, isWork: false }, fault);
    expect(await bench.run('CleanUpStateMachine')).toMatchObject({ status: 'FAILED' });
    bench.check();
    await workOff();
    expect(await snapshots()).toEqual([]);
    await expectNothingLeft();
    await expectRootUntouched();
    await expectNextRestoresEqual();
  });
});

describe('a state of verify fails', () => {
  const M = 'VerifyStateMachine';
  const states = taskStates('verify');

  it.each(cases(states.filter(({ name }) => name !== 'UnpinFailed' && name !== 'ReadRunFailure')))(
    '%s %s: nothing is changed, no pin stays, and the next one verifies',
    async (name, fault, state) => {
      arm(M, state, fault);
      const ended = await bench.run(M, VERIFY);
      bench.check();
      if (name === 'UnpinVerified') expect(ended).toMatchObject({ status: 'SUCCEEDED' });
      else expect(ended).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reasonOf(fault, state)) });
      await bench.h.clock.sleep(LEASES_MS);
      expect(await bench.run('CleanUpStateMachine')).toMatchObject({ status: 'SUCCEEDED' });
      expect(await records()).toEqual([]);
      await expectRootUntouched();
      expect(await bench.run(M, VERIFY)).toMatchObject({ status: 'SUCCEEDED', output: { files: 3, read: 3 } });
    },
  );

  it.each(cases(states.filter(({ name }) => name === 'UnpinFailed' || name === 'ReadRunFailure')))(
    '%s %s after a failure: the pin goes with its lease',
    async (_name, fault, state) => {
      bench.failing(M, 'EndVerify');
      arm(M, state, fault);
      expect(await bench.run(M, VERIFY)).toMatchObject({ status: 'FAILED' });
      bench.check();
      await bench.h.clock.sleep(LEASES_MS);
      expect(await bench.run('CleanUpStateMachine')).toMatchObject({ status: 'SUCCEEDED' });
      expect(await records()).toEqual([]);
      await expectRootUntouched();
    },
  );
});
