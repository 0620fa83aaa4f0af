import { imageKey, imageTableKey, pinsPartition, rootPartition } from '../../../core/items.ts';
import { toAttributes } from '../../../lambdas/adapters/dynamodb/attribute-values.ts';
import type { BackupSummary } from '../../../lambdas/contracts/commit-backup.contract.ts';
import type { Call, Output } from '../../../local/hub.ts';
import { connectionLost, type FaultBench, INPUT } from '../../support/fault-bench.ts';
import { ROOT, TARGET } from '../../support/holdfast-cloud.ts';
import type { Scenario } from './scenario.ts';

const MINUTE = 60_000;
const M = 'RestoreStateMachine';

/** Steps that must not begin, or go on, once bytes of their image may be gone. */
const READERS = /^(PlanRestore|ClaimTargets|HoldOffCleaners|PlaceFiles|CheckPlaced|PauseCleaners|PublishSnapshots)$/;

const isOfPins = (call: Call): boolean => JSON.stringify(call.input).includes(pinsPartition(ROOT));

/** A restore of an image of its own, and a delete of that image as a later release commits it. */
class Restored {
  readonly #bench: FaultBench;
  readonly id: string;
  /** What its steps asked S3 for after its bytes were gone. */
  readonly broken: string[] = [];
  #isGone = false;

  constructor(bench: FaultBench, id: string) {
    this.#bench = bench;
    this.id = id;
    const isLate = (call: Call) => this.#isGone && call.service === 's3' && READERS.test(bench.stepOf(call) ?? '');
    bench.at('a call after the bytes are gone', isLate, (call, next) => {
      this.broken.push(`${bench.stepOf(call)} ${call.operation} ${String(call.input.Key ?? call.input.Prefix)}`);
      return next(call);
    });
  }

  static async create(bench: FaultBench): Promise<Restored> {
    const { status, output } = await bench.h.run('FullBackupStateMachine', INPUT);
    if (status !== 'SUCCEEDED') throw new Error('no image to restore');
    return new Restored(bench, (output as BackupSummary).id);
  }

  start(): Promise<string> {
    return this.#bench.start(M, { root: ROOT, image: this.id, tables: ['sensors'], target: TARGET });
  }

  /** One transaction: the record goes, and an entry for the bytes comes. */
  async delete(): Promise<void> {
    const { cloud, stack, clock } = this.#bench.h;
    const { TableName } = stack;
    const Delete = (sk: string) => ({ Delete: { TableName, Key: toAttributes({ pk: rootPartition(ROOT), sk }) } });
    const now = clock.now();
    const entry = { entryId: 'deleted', root: ROOT, sessionId: this.id, outcome: 'ROLLED_BACK', createdAt: now };
    const Item = toAttributes({ pk: `clean-up#${ROOT}`, sk: 'deleted', ...entry, notBefore: now + 60 * MINUTE });
    const TransactItems = [
      Delete(imageKey(this.id)),
      Delete(imageTableKey(this.id, 'sensors')),
      { Put: { TableName, Item } },
    ];
    await cloud.call('dynamodb', 'TransactWriteItems', { TransactItems });
  }

  async cleanUp(): Promise<void> {
    await this.#bench.h.run('CleanUpStateMachine', { root: ROOT });
    await this.look();
  }

  async look(): Promise<void> {
    this.#isGone = (await this.#bench.h.listing('backups', `prod/images/${this.id}/data/`)).length === 0;
  }
}

const holdPlacing = (bench: FaultBench) =>
  bench.hold('a file', (call) => call.operation === 'CopyObject' && bench.stepOf(call) === 'PlaceFiles');

const invokes = (step: string) => (call: Call) =>
  call.operation === 'Invoke' && String(call.input.FunctionName).includes(`-${step}Function`);

/** What is pinned is not removed. Without: bytes go under a restore. */
export const pins: Scenario = async (bench, isWithout) => {
  const restored = await Restored.create(bench);
  if (isWithout) {
    bench.at(
      'the pins that the cleaner reads',
      (call) => bench.stepOf(call) === 'CheckCleanUpEntry' && isOfPins(call),
      async () => ({ Items: [], Count: 0 }),
    );
  }
  const placing = holdPlacing(bench);
  const arn = await restored.start();
  await placing.arrived;
  await restored.delete();
  await restored.cleanUp();
  await placing.release();
  const { status } = await bench.ended(arn);
  bench.disarm();
  return status === 'SUCCEEDED' ? restored.broken : [`the restore ended ${status}`, ...restored.broken];
};

/** The pin, then the look at the images. Without: an image that was deleted and removed in between is restored from. */
export const pinFirst: Scenario = async (bench, isWithout) => {
  const restored = await Restored.create(bench);
  const isLook = (call: Call) =>
    call.operation === 'GetItem' &&
    bench.stepOf(call) === 'PinImages' &&
    JSON.stringify(call.input.Key).includes(imageKey(restored.id));
  if (isWithout) {
    // The second look, the one after the pin, sees what the first one saw.
    let before: Promise<Output> | undefined;
    bench.at('looks at the image', isLook, async (call, next) => {
      before ??= next(call);
      return before;
    });
  }
  const pin = bench.hold('the pin', (call) => call.operation === 'PutItem' && isOfPins(call));
  const arn = await restored.start();
  await pin.arrived;
  await restored.delete();
  await restored.cleanUp();
  await pin.release();
  await bench.ended(arn);
  bench.disarm();
  return restored.broken;
};

/** A pin whose answer stays away is none. Without: a restore goes on that nobody else sees. */
export const pinKnown: Scenario = async (bench, isWithout) => {
  const restored = await Restored.create(bench);
  bench.at(
    'the pin, which never takes effect',
    (call) => call.operation === 'PutItem' && isOfPins(call),
    async () => {
      if (isWithout) return {};
      throw connectionLost();
    },
  );
  if (isWithout) pinsLiveOn(bench, restored);
  const placing = holdPlacing(bench);
  const arn = await restored.start();
  await Promise.race([placing.arrived, bench.ended(arn)]);
  await restored.delete();
  await restored.cleanUp();
  await placing.release();
  await bench.ended(arn);
  bench.disarm();
  return restored.broken;
};

/** Pins are read after the entry. Without: a restore that pinned between the two is not seen. */
export const pinsAfterCommit: Scenario = async (bench, isWithout) => {
  const restored = await Restored.create(bench);
  const listing = bench.hold(
    'the list of entries',
    (call) => call.operation === 'Query' && bench.stepOf(call) === 'ListCleanUp' && !isOfPins(call),
  );
  const cleaning = restored.cleanUp();
  await listing.arrived;
  if (isWithout) {
    // As if they had been read here.
    bench.at(
      'the pins that the cleaner reads',
      (call) => bench.stepOf(call) === 'CheckCleanUpEntry' && isOfPins(call),
      async () => ({ Items: [], Count: 0 }),
    );
  }
  const placing = holdPlacing(bench);
  const arn = await restored.start();
  await placing.arrived;
  await restored.delete();
  await listing.release();
  await cleaning;
  await placing.release();
  const { status } = await bench.ended(arn);
  bench.disarm();
  return status === 'SUCCEEDED' ? restored.broken : [`the restore ended ${status}`, ...restored.broken];
};

/** A restore whose pin ran out stops. Without: it goes on with what may be removed. */
export const pinStops: Scenario = async (bench, isWithout) => {
  const restored = await Restored.create(bench);
  const end = bench.h.clock.now() + 20 * MINUTE;
  bench.at(
    'the end of the pin',
    (call) => call.operation === 'PutItem' && isOfPins(call),
    (call, next) => {
      const Item = { ...(call.input.Item as object), expiresAt: { N: String(end) } };
      return next({ ...call, input: { ...call.input, Item } });
    },
  );
  if (isWithout) pinsLiveOn(bench, restored);
  // A step that begins too late to end before its pin does.
  bench.at(
    'the wait for CheckPlaced',
    invokes('CheckPlaced'),
    async (call, next) => {
      await bench.h.clock.sleep(10 * MINUTE);
      return next(call);
    },
    1,
  );
  const late = bench.hold('PauseCleaners', invokes('PauseCleaners'));
  const arn = await restored.start();
  await Promise.race([late.arrived, bench.ended(arn)]);
  await bench.h.clock.sleep(end + MINUTE - bench.h.clock.now());
  await restored.delete();
  await restored.cleanUp();
  await late.release();
  await bench.ended(arn);
  bench.disarm();
  return restored.broken;
};

/** To the steps of a restore its pin lives for ever: what else would stop them, put out of the way. */
function pinsLiveOn(bench: FaultBench, { id }: Restored): void {
  bench.at(
    'the pin that a step reads',
    (call) => call.operation === 'GetItem' && isOfPins(call) && READERS.test(bench.stepOf(call) ?? ''),
    async (call) => {
      const { pk, sk } = call.input.Key as { pk: { S: string }; sk: { S: string } };
      const pin = { pk: pk.S, sk: sk.S, pinId: sk.S, root: ROOT, images: [id], purpose: 'restore' };
      return { Item: toAttributes({ ...pin, expiresAt: bench.h.clock.now() + 360 * MINUTE }) };
    },
  );
}
