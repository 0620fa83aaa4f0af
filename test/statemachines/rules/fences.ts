import { INPUT, thrown } from '../../support/fault-bench.ts';
import { ROOT } from '../../support/holdfast-cloud.ts';
import { changeActions, holdCopy, notAsBefore, nowViolated, type Scenario, stoppedWith } from './scenario.ts';

/** A roll-back fences off everybody else before it undoes anything. Without: the epoch stays, and a late commit wins. */
export const takeOver: Scenario = async (bench, isWithout) => {
  const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
  await stoppedWith(bench, commit);
  if (isWithout) {
    changeActions(bench, 'TakeOver', ([{ Update } = {}]) => {
      const values = Update?.ExpressionAttributeValues as Record<string, unknown>;
      return [{ Update: { ...Update, ExpressionAttributeValues: { ...values, ':next': values[':epoch'] } } }];
    });
  }
  const end = bench.hold('the end of the roll-back', bench.transactionOf('EndRollBack'));
  const repair = bench.repair();
  await end.arrived;
  await commit.release();
  await end.release();
  await repair;
  bench.check();
  return nowViolated(bench);
};

/** Every write of a session carries the fence. Without: its records appear after it was rolled back. */
export const fenceWrites: Scenario = async (bench, isWithout) => {
  const before = await bench.moment();
  if (isWithout)
    changeActions(bench, 'PlanBackup', (actions) => actions.filter(({ ConditionCheck }) => !ConditionCheck));
  const write = bench.hold('the image record', bench.transactionOf('PlanBackup'));
  await stoppedWith(bench, write);
  await bench.repair();
  await write.release();
  if (isWithout) bench.check();
  return notAsBefore(bench, before);
};

/** So does each chunk of a roll-back's restore. Without: a late chunk puts back what was changed since. */
export const fenceRestore: Scenario = async (bench, isWithout) => {
  const { cloud, stack } = bench.h;
  const [image] = (await bench.moment()).facts.images;
  const note = (text: string) =>
    cloud.call('dynamodb', 'UpdateItem', {
      ...{ TableName: stack.TableName, Key: { pk: { S: `root#${ROOT}` }, sk: { S: `image#${image?.id}` } } },
      ...{ UpdateExpression: 'SET note = :text', ExpressionAttributeValues: { ':text': { S: text } } },
    });
  // The session has changed a record that the roll-back puts back.
  await stoppedWith(bench, holdCopy(bench));
  await note('changed by the session');
  if (isWithout)
    changeActions(bench, 'RestoreSystemTable', (all) => all.filter(({ ConditionCheck }) => !ConditionCheck));
  const chunk = bench.hold('a chunk', bench.transactionOf('RestoreSystemTable'));
  const first = await bench.start('RepairStateMachine', { root: ROOT });
  await chunk.arrived;
  await bench.stop(first);
  await bench.repair();
  await note('changed since');
  await chunk.release();
  if (isWithout) bench.check();
  const after = (await bench.moment()).facts.items.find(({ sk }) => sk === `image#${image?.id}`);
  return after?.note === 'changed since' ? [] : [`the note is ${String(after?.note)}`];
};

/** A roll-back removes the items that the session made. */
export const restoreDeletes: Scenario = async (bench, isWithout) => {
  const before = await bench.moment();
  if (isWithout) changeActions(bench, 'RestoreSystemTable', (actions) => actions.filter(({ Delete }) => !Delete));
  bench.failing('FullBackupStateMachine', 'VerifyFiles');
  await bench.backUp();
  bench.check();
  return notAsBefore(bench, before);
};

/** Begin requires the version that was read before the snapshot. Without: a roll-back undoes a commit in between. */
export const bumpVersion: Scenario = async (bench, isWithout) => {
  if (isWithout) {
    changeActions(bench, 'SetActiveSnapshot', ([{ Update } = {}, ...others]) => {
      const { ':before': _, ...values } = (Update?.ExpressionAttributeValues ?? {}) as Record<string, unknown>;
      const ConditionExpression = 'attribute_not_exists(#activeSnapshot)';
      return [{ Update: { ...Update, ConditionExpression, ExpressionAttributeValues: values } }, ...others];
    });
  }
  const begin = bench.hold('the begin', bench.transactionOf('SetActiveSnapshot'));
  const late = await bench.start('FullBackupStateMachine', INPUT);
  await begin.arrived;
  await bench.h.clock.sleep(2_000);
  await bench.h.run('FullBackupStateMachine', INPUT);
  bench.failing('FullBackupStateMachine', 'VerifyFiles');
  await begin.release();
  await bench.ended(late);
  bench.disarm();
  return nowViolated(bench);
};

/** The transaction that sets the flag claims the id. Without: an id, and with it a prefix, is used twice. */
export const uniquePrefixes: Scenario = async (bench, isWithout) => {
  const before = await bench.moment();
  if (isWithout) {
    changeActions(bench, 'SetActiveSnapshot', (actions) =>
      actions.map(({ Put, ...rest }) => {
        if (!Put) return rest as (typeof actions)[number];
        const { ConditionExpression: _, ...put } = Put;
        return { Put: put };
      }),
    );
  }
  // Two executions of one millisecond; the second sees no history when it chooses its id.
  bench.at(
    'the history that the second reads',
    (call) => call.operation === 'Query' && bench.stepOf(call) === 'TakeSystemSnapshot' && isOfHistory(call.input),
    async () => ({ Items: [], Count: 0 }),
    2,
  );
  const failing = bench.at(
    'the first verification',
    (call) => call.operation === 'Invoke' && String(call.input.FunctionName).includes('-VerifyFilesFunction'),
    async () => thrown('Broken', 'broken on purpose'),
    1,
  );
  let letGo: () => void = () => {};
  const first = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let seen = 0;
  bench.at(
    'the second to ask for the flag',
    (call) => call.operation === 'Invoke' && String(call.input.FunctionName).includes('-CheckFlagFunction'),
    async (call, next) => {
      if (++seen === 2) await first;
      return next(call);
    },
    2,
  );
  const arns = await Promise.all([INPUT, INPUT].map((input) => bench.h.start('FullBackupStateMachine', input)));
  const ends = arns.map((arn) => bench.ended(arn));
  await Promise.race(ends);
  letGo();
  await Promise.all(ends);
  const states = (await bench.newSessions(before)).map(({ state }) => state).sort();
  if (failing.fired !== 1) throw new Error('nothing failed');
  bench.disarm();
  return states.join() === 'COMPLETE,FAILED' ? [] : [`the history of two sessions is ${states.join()}`];
};

const isOfHistory = (input: Record<string, unknown>): boolean => JSON.stringify(input).includes('history#');
