import { encodeVoid } from '../../../core/manifest.ts';
import type { Call } from '../../../local/hub.ts';
import { type FaultBench, INPUT } from '../../support/fault-bench.ts';
import { type Action, changeActions, holdCopy, nowViolated, type Scenario, stoppedWith } from './scenario.ts';

const isManifest = (call: Call): boolean => String(call.input.Key ?? '').endsWith('/manifest.json');

/** The VOID marker before the data. Without: a sealed manifest stands over missing bytes. */
export const voidFirst: Scenario = async (bench, isWithout) => {
  if (isWithout) {
    const ofStep = (step: string) => (call: Call) => isManifest(call) && bench.stepOf(call) === step;
    bench.at('the marker', ofStep('VoidManifest'), async () => ({ ETag: '"0"' }));
    // The guard of CleanDestination, put out of the way: it deletes nothing where no marker stands.
    const Body = encodeVoid('backup_1700000000000');
    bench.at('the guard', ofStep('CleanDestination'), async (call, next) =>
      call.operation === 'GetObject'
        ? { ...(await next(call)), Body: streamOf(Body), ContentLength: Body.length }
        : next(call),
    );
  }
  bench.failing('FullBackupStateMachine', 'CommitBackup', 'before');
  await bench.backUp();
  bench.check();
  return nowViolated(bench);
};

/** The end of a roll-back remembers what the session made. Without: what a late step writes belongs to nobody. */
export const rememberFailed: Scenario = async (bench, isWithout) => {
  if (isWithout) changeActions(bench, 'EndRollBack', (actions) => actions.filter((action) => !isEntry(action)));
  return lateCopy(bench, isWithout);
};

/** An entry stays until no step in flight can still write. Without: it is off the list when a late write comes. */
export const dropLate: Scenario = async (bench, isWithout) => {
  if (isWithout) {
    changeActions(bench, 'EndRollBack', (actions) =>
      actions.map((action) => (isEntry(action) ? withMember(action, 'notBefore', { N: '0' }) : action)),
    );
  }
  return lateCopy(bench, isWithout);
};

/** A session's copy takes effect after repair and two rounds of clean-up. */
async function lateCopy(bench: FaultBench, isWithout: boolean): Promise<string[]> {
  const copy = holdCopy(bench);
  await stoppedWith(bench, copy);
  await bench.repair();
  for (let round = 0; round < 3; round++) await bench.run('CleanUpStateMachine');
  await copy.release();
  if (isWithout) bench.check();
  return nowViolated(bench);
}

/** An entry says the outcome: after a commit it is no right to remove the image. Without: the image loses its data. */
export const byOutcome: Scenario = async (bench, isWithout) => {
  if (isWithout) {
    changeActions(bench, 'CommitBackup', (actions) =>
      actions.map((action) => (isEntry(action) ? withMember(action, 'outcome', { S: 'ROLLED_BACK' }) : action)),
    );
    // The second guard, put out of the way: nothing of a COMPLETE image is removed.
    const steps = new Set(['VoidManifest', 'CleanDestination', 'RemoveVoidMarker']);
    bench.at(
      'the image that is asked for',
      (call) =>
        call.operation === 'GetItem' &&
        steps.has(bench.stepOf(call) ?? '') &&
        JSON.stringify(call.input.Key).includes('image#'),
      async () => ({}),
    );
  }
  await bench.backUp(INPUT);
  await bench.run('CleanUpStateMachine');
  bench.check();
  return nowViolated(bench);
};

const isEntry = ({ Put }: Action): boolean => JSON.stringify(Put?.Item ?? '').includes('clean-up#');

const withMember = ({ Put }: Action, name: string, value: object): Action => ({
  Put: { ...Put, Item: { ...(Put?.Item as object), [name]: value } },
});

/** As the SDK answers a body. */
const streamOf = (bytes: Uint8Array) => ({
  transformToByteArray: async () => bytes,
  async *[Symbol.asyncIterator]() {
    yield bytes;
  },
});
