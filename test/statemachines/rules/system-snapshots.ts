import { canonicalJson } from '../../../core/canonical-json.ts';
import { sha256 } from '../../../core/digest.ts';
import type { Item } from '../../../core/items.ts';
import { systemPrefix } from '../../../core/stack-layout.ts';
import type { Call } from '../../../local/hub.ts';
import { type FaultBench, INPUT } from '../../support/fault-bench.ts';
import { ROOT } from '../../support/holdfast-cloud.ts';
import { change, holdCopy, nowViolated, type Scenario, stoppedWith } from './scenario.ts';

const invokes = (call: Call, step: string): boolean =>
  call.operation === 'Invoke' && String(call.input.FunctionName).includes(`-${step}Function`);

const payloadOf = (call: Call) => JSON.parse(String(call.input.Payload)) as Record<string, unknown>;

/** The guard of DeleteSystemSnapshots, which leaves alone what the flag names: put out of the way, to see the rule itself. */
function withoutGuard(bench: FaultBench): void {
  bench.at(
    'the flag that DeleteSystemSnapshots reads',
    (call) => call.operation === 'GetItem' && bench.stepOf(call) === 'DeleteSystemSnapshots',
    async () => ({}),
  );
}

/** A name is never used twice. Without: who loses the begin has overwritten the snapshot of who won it. */
export const uniqueSnapshots: Scenario = async (bench, isWithout) => {
  const loser = bench.hold('the loser', (call) => invokes(call, 'TakeSystemSnapshot'));
  await bench.h.start('FullBackupStateMachine', INPUT);
  await loser.arrived;
  const isSnapshot = (call: Call) => String(call.input.Key ?? '').startsWith(systemPrefix(ROOT));
  if (isWithout) {
    change(bench, 'names of snapshots', isSnapshot, ({ IfNoneMatch: _, ...input }) => ({
      ...input,
      Key: `${systemPrefix(ROOT)}same.jsonl`,
    }));
  }
  const copy = holdCopy(bench);
  const winner = await bench.start('FullBackupStateMachine', INPUT);
  await copy.arrived;
  await loser.release();
  // What the flag names, as it lies there now.
  const { flag } = await bench.h.table.readControl(ROOT);
  const key = isWithout ? `${systemPrefix(ROOT)}same.jsonl` : (flag?.snapshot.key ?? '');
  const stored = await bench.h.objects.get(bench.h.stack.SystemBucket, key, 1 << 24);
  await copy.release();
  await bench.ended(winner);
  bench.check();
  return sha256(stored?.bytes ?? '') === flag?.snapshot.sha256 ? [] : ['the snapshot of the flag is another'];
};

/** Who may have set the flag settles an unknown answer by reading. Without: it deletes the snapshot that the flag names. */
export const beginReread: Scenario = async (bench, isWithout) => {
  withoutGuard(bench);
  bench.at('the answer of the begin', bench.transactionOf('SetActiveSnapshot'), async (call, next) => {
    await next(call).catch(() => {});
    throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
  });
  if (isWithout) {
    bench.at(
      'the step that reads',
      (call) => invokes(call, 'SetActiveSnapshot'),
      async (call, next) => {
        await next(call);
        return { StatusCode: 200, Payload: new TextEncoder().encode('{"outcome":"LOST"}') };
      },
    );
  }
  const copy = holdCopy(bench);
  const arn = await bench.start('FullBackupStateMachine', INPUT);
  await Promise.race([copy.arrived, bench.ended(arn)]);
  const violations = await nowViolated(bench);
  bench.disarm();
  await copy.release();
  return violations;
};

/** Old snapshots are those listed before the flag. Without: a late step deletes the one that the next session needs. */
export const listBeforeFlag: Scenario = async (bench, isWithout) => {
  withoutGuard(bench);
  const listNow = async (call: Call): Promise<Call> => {
    const keys: string[] = [];
    for await (const { key } of bench.h.objects.list(bench.h.stack.SystemBucket, systemPrefix(ROOT))) keys.push(key);
    return { ...call, input: { ...call.input, Payload: JSON.stringify({ ...payloadOf(call), keys }) } };
  };
  const late = bench.hold(
    'the deletion of old ones',
    (call) => invokes(call, 'DeleteSystemSnapshots'),
    isWithout ? listNow : undefined,
  );
  await stoppedWith(bench, late);
  await bench.repair();
  const copy = holdCopy(bench);
  const next = await bench.start('FullBackupStateMachine', INPUT);
  await copy.arrived;
  await late.release();
  const violations = await nowViolated(bench);
  await copy.release();
  await bench.ended(next);
  return violations;
};

/** Puts a system snapshot of other items under PlanBackup. */
async function planFrom(bench: FaultBench, items: readonly Item[]): Promise<void> {
  const bytes = Buffer.from(items.map((item) => `${canonicalJson(item)}\n`).join(''));
  const snapshot = { key: 'system/of-a-test.jsonl', items: items.length, sha256: sha256(bytes) };
  await bench.h.cloud.call('s3', 'PutObject', {
    ...{ Bucket: bench.h.stack.SystemBucket, Key: snapshot.key, Body: bytes },
  });
  change(
    bench,
    'the snapshot of the plan',
    (call) => invokes(call, 'PlanBackup'),
    (input) => ({ ...input, Payload: JSON.stringify({ ...JSON.parse(String(input.Payload)), snapshot }) }),
  );
}

const shared = { ...INPUT, standalone: false };

async function failureOf(bench: FaultBench): Promise<string[]> {
  const { status, error } = await bench.backUp(shared);
  bench.check();
  return status === 'SUCCEEDED' ? nowViolated(bench) : [`the backup failed: ${error}`];
}

/** What is shared is decided under the flag. Without: from an image that was deleted since the earlier read. */
export const planAfterFlag: Scenario = async (bench, isWithout) => {
  const { cloud, stack, objects, table } = bench.h;
  const earlier = (await bench.moment()).facts.items;
  const versions: { key: string; versionId: string }[] = [];
  for await (const v of objects.listVersions('backups', 'prod/images/')) versions.push(v);
  for (const { key, versionId } of versions) {
    await cloud.call('s3', 'DeleteObject', { Bucket: 'backups', Key: key, VersionId: versionId });
  }
  for (const { pk, sk } of earlier) {
    if (sk === 'control') continue;
    await cloud.call('dynamodb', 'DeleteItem', { TableName: stack.TableName, Key: { pk: { S: pk }, sk: { S: sk } } });
  }
  for await (const { id } of table.listSessions(ROOT)) {
    const Key = { pk: { S: `history#${ROOT}` }, sk: { S: `session#${id}` } };
    await cloud.call('dynamodb', 'DeleteItem', { TableName: stack.TableName, Key });
  }
  if (isWithout) await planFrom(bench, earlier);
  return failureOf(bench);
};

/** Only a COMPLETE image is shared from. Without: one whose session was rolled back. */
export const shareComplete: Scenario = async (bench, isWithout) => {
  const known = new Set((await bench.moment()).facts.images.map(({ id }) => id));
  const copy = holdCopy(bench);
  await stoppedWith(bench, copy);
  const { items } = (await bench.moment()).facts;
  await bench.repair();
  await copy.release();
  const forged = items.map((item) =>
    isWithout && item.state === 'CREATING' && !known.has(String(item.id))
      ? { ...item, state: 'COMPLETE', manifestSha256: '0'.repeat(64), completedAt: 1 }
      : item,
  );
  await planFrom(bench, forged as Item[]);
  return failureOf(bench);
};
