import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AS_OF, layOut } from '../support/as-of.ts';
import { taskStates } from '../support/asl-states.ts';
import { CloudCheckpoint } from '../support/cloud-checkpoint.ts';
import { type BenchBackup, FaultBench, type Moment } from '../support/fault-bench.ts';
import { fixture } from '../support/fixture.ts';
import { holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { LogChain, made } from '../support/log-chain.ts';
import { cellsAt, restoredCells } from '../support/restored-cells.ts';
import { rootFacts } from '../support/root-facts.ts';

const M = 'IncrementalBackupStateMachine';
const TABLES = ['bank:accounts', 'events'];
const LOG_INCREMENT: BenchBackup = {
  ...{ machine: M, name: 'incremental-backup', files: 10 },
  input: { ...AS_OF, tables: TABLES },
  source: {
    beforeFull: (h) => layOut(h, 'chain', 'T0'),
    full: { root: ROOT, source: SOURCE, tables: TABLES },
    afterFull: (h) => layOut(h, 'chain', 'T1'),
  },
};
const STATES = ['PlanWals', 'SplitWals', 'PlanMerge', 'MergeRuns', 'PlanIncrement'] as const;
type State = (typeof STATES)[number];

describe('an increment from logs', () => {
  let bench: FaultBench;
  let chain: LogChain;
  let before: Moment;

  beforeAll(async () => {
    bench = await FaultBench.create({ backup: LOG_INCREMENT });
    chain = new LogChain(bench.h, 'chain');
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  const expectRestored = async (id: string) => expect(await restoredCells(bench.h, id)).toEqual(cellsAt('chain', 'T1'));

  it('has these states', () => {
    const shown = taskStates(LOG_INCREMENT.name).map(({ shownAs }) => shownAs);
    expect(shown).toEqual(expect.arrayContaining([...STATES]));
  });

  const isChild = (state: State) => state === 'SplitWals' || state === 'MergeRuns';
  it.each<[State, 'throws' | 'is killed' | 'times out, its writes come late']>([
    ['PlanWals', 'throws'],
    ['PlanWals', 'is killed'],
    ['PlanWals', 'times out, its writes come late'],
    ['SplitWals', 'throws'],
    ['SplitWals', 'is killed'],
    ['SplitWals', 'times out, its writes come late'],
    ['PlanMerge', 'throws'],
    ['PlanMerge', 'is killed'],
    ['PlanMerge', 'times out, its writes come late'],
    ['MergeRuns', 'throws'],
    ['MergeRuns', 'is killed'],
    ['MergeRuns', 'times out, its writes come late'],
    ['PlanIncrement', 'throws'],
    ['PlanIncrement', 'is killed'],
    ['PlanIncrement', 'times out, its writes come late'],
  ])('%s %s: rolled back, and the next one takes the same window', async (state, fault) => {
    const known = await chain.images();
    if (fault === 'throws') bench.failing(M, state);
    else if (fault === 'is killed') bench.killing(M, state);
    else bench.hanging(M, state);
    const failed = await bench.backUp();
    bench.check();
    const reason = isChild(state)
      ? /States\.ExceedToleratedFailureThreshold/
      : ({ throws: /Broken/, 'is killed': /Runtime\.ExitError/ }[fault as string] ?? /Sandbox\.Timedout/);
    expect(failed).toMatchObject({ status: 'FAILED', error: expect.stringMatching(reason) });
    await bench.h.clock.sleep(200_000);
    await bench.expectRolledBack(before, reason);
    expect(await chain.images()).toEqual(known);

    const next = made(await bench.backUp());
    expect(next).toMatchObject({ parents: known, files: LOG_INCREMENT.files, positionTo: 1795452694828 });
    await bench.expectSound();
    await expectRestored(next.id);
  });

  it.each(STATES)(
    'stopped in %s: a repair is required, heals, and the next one takes the same window',
    async (state) => {
      const known = await chain.images();
      let arn = '';
      const stopped = bench.atState(
        M,
        state,
        async (call, next) => {
          await bench.stop(arn);
          return next(call);
        },
        1,
      );
      arn = await bench.start(M, LOG_INCREMENT.input);
      expect(await bench.ended(arn)).toMatchObject({ status: 'ABORTED' });
      expect(stopped.fired).toBe(1);
      await bench.h.clock.sleep(5_000);
      expect(await bench.backUp()).toMatchObject({ status: 'FAILED', error: 'RepairRequired' });
      expect(await bench.repair()).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
      await bench.expectRolledBack(before, /OwnerGone.*was stopped/);
      expect(await bench.repair()).toMatchObject({ output: { decision: 'NOTHING_TO_REPAIR' } });
      const next = made(await bench.backUp());
      expect(next).toMatchObject({ parents: known, files: LOG_INCREMENT.files, positionTo: 1795452694828 });
    },
  );

  it('that fails at its commit moves no position: the next one takes the same window', async () => {
    const known = await chain.images();
    const positions = await chain.positionsOf(known[0]!);
    bench.failing(M, 'CommitBackup', 'before');
    expect(await bench.backUp()).toMatchObject({ status: 'FAILED', error: 'Broken' });
    bench.check();
    await bench.expectRolledBack(before, /Broken/);
    expect(await chain.positionsOf(known[0]!)).toEqual(positions);
    const next = made(await bench.backUp());
    expect(next).toMatchObject({ parents: known, positionFrom: 1795452694828 });
    await expectRestored(next.id);
  });

  it('two at once: one wins, the other leaves no trace', async () => {
    const held = bench.hold('a split', (call) => bench.stepOf(call) === 'SplitWals' && call.operation === 'GetObject');
    const first = await bench.start(M, LOG_INCREMENT.input);
    await held.arrived;
    expect(await bench.backUp()).toMatchObject({ status: 'FAILED', error: 'BackupInProgress' });
    expect(await bench.newSessions(before)).toMatchObject([{ state: 'RUNNING' }]);
    await held.release();
    bench.check();
    await expectRestored(made(await bench.ended(first)).id);
    await bench.expectSound();
  });

  const CLOSED = '38611%2C1795452680519.1795452691960';
  const OPEN = '38611%2C1795452680519.1795452694828';
  const vanishes = async () => chain.remove(await chain.pathOf(CLOSED));
  const moves = async () => {
    const path = await chain.pathOf(CLOSED);
    await chain.move(path, `oldWALs/${path.split('/').at(-1)}`);
  };
  const grows = async () => {
    const path = await chain.pathOf(OPEN);
    const [later] = [...fixture('chain')].filter(([name]) => name.endsWith(OPEN));
    await chain.put(path, later![1]);
  };
  const isReplaced = async () => {
    const path = await chain.pathOf(CLOSED);
    const bytes = await chain.bytesOf(path);
    // In a value, which nothing but the object's tag would tell.
    const at = bytes.indexOf('balance') + 'balance'.length + 12;
    bytes[at] = bytes[at]! ^ 1;
    await chain.put(path, bytes);
  };

  it.each<[string, State, () => Promise<unknown>, RegExp | null]>([
    ['vanishes', 'SplitWals', vanishes, /LogUnreadable/],
    ['moves', 'PlanWals', moves, null],
    ['moves', 'SplitWals', moves, null],
    ['is open and grows', 'PlanWals', grows, null],
    ['is open and grows', 'SplitWals', grows, null],
    ['is replaced', 'SplitWals', isReplaced, /LogUnreadable/],
    // What follows reads no log any more.
    ...[vanishes, moves, grows, isReplaced].flatMap((tamper) =>
      (['PlanMerge', 'MergeRuns', 'PlanIncrement'] as const).map(
        (state) => [tamper.name, state, tamper, null] as [string, State, () => Promise<unknown>, null],
      ),
    ),
  ])('a log that %s before %s', async (_what, state, tamper, refused) => {
    const armed = bench.atState(
      M,
      state,
      async (call, next) => {
        await tamper();
        return next(call);
      },
      1,
    );
    // PlanWals lists what there is then; later steps go by what it found.
    const includeActive = tamper === grows && state !== 'PlanWals';
    const input = { ...LOG_INCREMENT.input, includeActive };
    const ended = await bench.backUp(input);
    expect(armed.fired).toBe(1);
    if (refused !== null) {
      expect(ended).toMatchObject({ status: 'FAILED', error: expect.stringMatching(refused) });
      expect(ended.cause).toContain(CLOSED);
      await bench.expectRolledBack(before, refused);
    } else await expectRestored(made(ended).id);
  });
});

describe('a damaged log', () => {
  it('is refused, named with its offset, and nothing is committed', async () => {
    const h = await holdfastCloud();
    const chain = new LogChain(h, 'corrupt');
    await chain.full();
    await layOut(h, 'corrupt', 'T1');
    const atT1 = await CloudCheckpoint.of(h);
    const path = await chain.pathOf('.1795454283612');
    for (const damage of ['no-trailer', 'truncated', 'header-cut', 'garbage', 'zero-tail', 'magic']) {
      const [damaged] = [...fixture('corrupt')].filter(([name]) => name.startsWith(`cases/wal-${damage}/`));
      await chain.put(path, damaged![1]);
      const items = await rootFacts(h, ROOT);
      const refused = await chain.increment();
      expect(refused, damage).toMatchObject({ status: 'FAILED', error: 'LogUnreadable' });
      expect(refused.cause, damage).toContain(path);
      expect(refused.cause, damage).toMatch(/byte \d+/);
      expect((await rootFacts(h, ROOT)).images).toEqual(items.images);
      await atT1.rewind();
      await h.clock.sleep(1_000);
    }
    const good = made(await chain.increment({ includeActive: true }));
    expect(await restoredCells(h, good.id)).toEqual(cellsAt('corrupt', 'T1'));
  });
});
