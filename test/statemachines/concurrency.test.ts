import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FaultBench, FULL, INCREMENT, INPUT, type Moment } from '../support/fault-bench.ts';
import { ROOT, SECOND_ROOT } from '../support/holdfast-cloud.ts';

const SECOND = { ...INPUT, root: SECOND_ROOT };

describe('two at once', () => {
  let bench: FaultBench;
  let before: Moment;

  beforeAll(async () => {
    // A full that is the next one, and shares what the bench's has.
    bench = await FaultBench.create({ backup: INCREMENT });
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
  });
  afterEach(() => bench.disarm());

  it.each([
    ['CheckFlag', FULL, FULL],
    ['TakeSystemSnapshot', FULL, FULL],
    ['SetActiveSnapshot', FULL, FULL],
    ['SetActiveSnapshot', INCREMENT, INCREMENT],
    ['SetActiveSnapshot', FULL, INCREMENT],
  ])(
    'two creates on one root that meet in %s ($1.name, $2.name): one wins, the other leaves no trace',
    async (meeting, one, other) => {
      // Both are in the same step before either goes on; the winner stays at its copies until the other has ended.
      let waiting: (() => void)[] = [];
      const isMeeting = (name: string) => name.includes(`-${meeting}Function`);
      bench.at(
        'the meeting',
        (call) => call.operation === 'Invoke' && isMeeting(String(call.input.FunctionName)),
        async (call, next) => {
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
            if (waiting.length < 2) return;
            for (const go of waiting) go();
            waiting = [];
          });
          return next(call);
        },
        2,
      );
      const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
      const arns = [await bench.start(one.machine, one.input), await bench.start(other.machine, other.input)];
      await held.arrived;
      const first = await Promise.race(arns.map((arn) => bench.ended(arn)));
      expect(first).toMatchObject({ status: 'FAILED', error: 'BackupInProgress' });
      expect(await bench.newSessions(before)).toMatchObject([{ state: 'RUNNING' }]);
      await held.release();
      bench.check();
      const ends = await Promise.all(arns.map((arn) => bench.ended(arn)));
      expect(ends.map(({ status }) => status).sort()).toEqual(['FAILED', 'SUCCEEDED']);
      expect(await bench.newSessions(before)).toMatchObject([{ state: 'COMPLETE' }]);
      await bench.expectSound();
      await bench.expectNextSucceeds(() => bench.run(FULL.machine, FULL.input));
    },
  );

  it('two roots: both run, and a root without a control item begins', async () => {
    const arns = [
      await bench.start('FullBackupStateMachine', INPUT),
      await bench.start('FullBackupStateMachine', SECOND),
    ];
    const ends = await Promise.all(arns.map((arn) => bench.ended(arn)));
    expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const controls = await Promise.all([ROOT, SECOND_ROOT].map((root) => bench.h.table.readControl(root)));
    expect(controls.map(({ flag }) => flag)).toEqual([undefined, undefined]);
  });

  const put = (Key: string, body: object) =>
    bench.h.cloud.call('s3', 'PutObject', { Bucket: 'backups', Key, Body: Buffer.from(JSON.stringify(body)) });
  const itemsOfSecond = async () => {
    const items = [];
    for await (const item of bench.h.table.listItems(SECOND_ROOT)) items.push(item);
    return items;
  };

  it.each(['second/inner', ''])('a root nested with %j is refused', async (other) => {
    await put('.holdfast-roots.json', { format: 1, roots: { [other || 'second/inner/deeper']: 'arn:x' } });
    const refused = await bench.run(FULL.machine, SECOND);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'NestedRoot' });
    expect(await itemsOfSecond()).toEqual([]);
    expect(await bench.h.listing('backups', 'second/')).toEqual([]);
  });

  it("another stack's root is refused, before and after it was claimed here", async () => {
    const owner = 'arn:aws:dynamodb:us-east-1:111111111111:table/Other';
    await put('second/HOLDFAST', { format: 1, root: SECOND_ROOT, tableArn: owner });
    const refused = await bench.run(FULL.machine, SECOND);
    expect(refused).toMatchObject({ status: 'FAILED', error: 'RootOwnedElsewhere' });
    expect(refused.cause).toContain(owner);
    expect(await itemsOfSecond()).toEqual([]);
    await put('prod/HOLDFAST', { format: 1, root: ROOT, tableArn: owner });
    expect(await bench.run(FULL.machine, INPUT)).toMatchObject({ status: 'FAILED', error: 'RootOwnedElsewhere' });
    expect(await bench.newSessions(before)).toEqual([]);
  });
});
