import { beforeAll, describe, expect, it } from 'vitest';
import { type Item, imageKey } from '../../core/items.ts';
import { runOf } from '../../core/restore-names.ts';
import { rootDigest } from '../../core/stack-layout.ts';
import { fromAttributes } from '../../lambdas/adapters/dynamodb/attribute-values.ts';
import type { Call, Output } from '../../local/hub.ts';
import { FaultBench, INPUT } from '../support/fault-bench.ts';
import { ROOT, SECOND_ROOT, TARGET } from '../support/holdfast-cloud.ts';

const PUTS = /^(PutObject|CopyObject|CreateMultipartUpload|UploadPart|UploadPartCopy|CompleteMultipartUpload)$/;
const REMOVES = /^(DeleteObject|DeleteObjects|AbortMultipartUpload)$/;
const RESTORE = { root: ROOT, image: 'latest', tables: ['sensors'], target: TARGET };

/** Objects that a call makes or removes, as `s3://` URIs. */
function urisOf({ input }: Call): string[] {
  const { Objects = [] } = (input.Delete ?? {}) as { Objects?: { Key: string }[] };
  return [input.Key as string, ...Objects.map(({ Key }) => Key)]
    .filter(Boolean)
    .map((key) => `s3://${input.Bucket}/${key}`);
}

/** I5: which record, committed before the call, names what the call does. */
class Intents {
  readonly #bench: FaultBench;
  /** What is named by what; the runs that only read images. */
  readonly named = new Map<string, number>();
  readonly unnamed: string[] = [];
  readonly runs = new Set<string>();

  constructor(bench: FaultBench) {
    this.#bench = bench;
    bench.h.cloud.intercept(async (call, next) => {
      const { kind } = call.context.caller;
      const isEffect = call.service === 's3' && (PUTS.test(call.operation) || REMOVES.test(call.operation));
      if (isEffect && kind === 'role') await this.#look(call);
      return next(call);
    });
  }

  async #look(call: Call): Promise<void> {
    const TableName = this.#bench.h.stack.TableName;
    const { Items = [] } = await this.#bench.h.cloud.call('dynamodb', 'Scan', { TableName });
    const items = (Items as Output[]).map((item) => fromAttributes(item as never) as Item);
    for (const uri of urisOf(call)) {
      const by = await (PUTS.test(call.operation) ? this.#namerOf(uri, items) : this.#removerOf(uri, items));
      if (by === undefined) this.unnamed.push(`${this.#bench.stepOf(call)} ${call.operation} ${uri}`);
      else this.named.set(by, (this.named.get(by) ?? 0) + 1);
    }
  }

  async #namerOf(uri: string, items: readonly Item[]): Promise<string | undefined> {
    const { SystemBucket, WorkBucket } = this.#bench.h.stack;
    const intent = items.find(
      (item) => item.sk.includes('#intent#') && item.kind !== undefined && uri.startsWith(String(item.what)),
    );
    if (intent !== undefined) return `the intent ${intent.kind}`;
    // Found by listing.
    const isSnapshot = [ROOT, SECOND_ROOT].some((root) =>
      uri.startsWith(`s3://${SystemBucket}/system/${rootDigest(root)}/`),
    );
    if (isSnapshot) return 'the listing of system snapshots';
    const run = new RegExp(`^s3://${WorkBucket}/work/${rootDigest(ROOT)}/([rv][0-9a-f]{20})/`).exec(uri)?.[1];
    if (run !== undefined) {
      this.runs.add(run);
      return 'the execution';
    }
    if (uri.startsWith(`${TARGET}/`)) return this.#recordOf(uri, items);
    if (uri === 's3://backups/.holdfast-roots.json') return 'its fixed name';
    if (uri === `${SECOND_ROOT}/HOLDFAST` || uri === `${ROOT}/HOLDFAST`) return this.#registryOf(uri);
    return undefined;
  }

  /** A restore's snapshots carry its name; its files are of a table that it has fenced. */
  #recordOf(uri: string, items: readonly Item[]): string | undefined {
    const mine = items.filter((item) => item.pk === `targets#${TARGET}` && item.state === 'RESTORING');
    const snapshot = mine.find((record) => uri.includes(`/${String(record.snapshot)}/`));
    if (uri.includes('/.hbase-snapshot/')) return snapshot && 'the restore record';
    return uri.startsWith(`${TARGET}/archive/data/`) && mine.length > 0 ? 'the restore record' : undefined;
  }

  async #registryOf(uri: string): Promise<string | undefined> {
    const stored = await this.#bench.h.objects.get('backups', '.holdfast-roots.json', 1 << 20);
    const { roots } = JSON.parse(Buffer.from(stored?.bytes ?? '{}').toString()) as { roots?: Record<string, string> };
    const prefix = /^s3:\/\/backups\/(.*)\/HOLDFAST$/.exec(uri)?.[1] ?? '';
    return roots?.[prefix] === undefined ? undefined : 'the registry';
  }

  /** What is removed belongs to a session that is being rolled back, to an entry of the list, or to a restore that is over. */
  async #removerOf(uri: string, items: readonly Item[]): Promise<string | undefined> {
    const { SystemBucket } = this.#bench.h.stack;
    const control = items.find((item) => item.sk === 'control' && item.phase === 'ROLLING_BACK');
    const entries = items.filter((item) => item.pk.startsWith('clean-up#'));
    const sessions = new Set([control?.sessionId, ...entries.map(({ sessionId }) => sessionId)]);
    const ofSession = [...sessions].find((id) => id !== undefined && uri.includes(`/${String(id)}/`));
    if (ofSession !== undefined) {
      const isOfImage = uri.startsWith(`${ROOT}/`);
      const image = items.find((item) => item.sk === imageKey(String(ofSession)));
      if (isOfImage && image?.state === 'COMPLETE') return undefined;
      return ofSession === control?.sessionId ? 'the roll-back' : 'the clean-up entry';
    }
    if (uri.startsWith(`s3://${SystemBucket}/`)) {
      const isOfFlag = items.some((item) => item.sk === 'control' && uri.endsWith(String(item.activeSnapshot)));
      return isOfFlag ? undefined : 'the listing of system snapshots';
    }
    if (!uri.startsWith(`${TARGET}/.hbase-snapshot/`)) return undefined;
    const record = items.find((item) => item.pk === `targets#${TARGET}` && uri.includes(`${String(item.restoreId)}/`));
    return record && 'the restore record';
  }
}

describe('I5: before each call that makes or removes an object, a record names it', () => {
  let bench: FaultBench;
  let intents: Intents;

  beforeAll(async () => {
    bench = await FaultBench.create();
    intents = new Intents(bench);
  });

  const SHARED = { ...INPUT, standalone: false };
  const failing = async (
    machine: Parameters<FaultBench['failing']>[0],
    state: string,
    run: () => Promise<{ status: string }>,
  ) => {
    const fault = bench.failing(machine, state, 'before');
    expect(await run()).toMatchObject({ status: 'FAILED' });
    fault.disarm();
  };
  const stopped = async () => {
    const commit = bench.hold('the commit', bench.transactionOf('CommitBackup'));
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await commit.arrived;
    await bench.stop(arn);
  };

  const operations: [string, () => Promise<unknown>, string[]][] = [
    [
      'a full backup',
      () => bench.backUp(INPUT),
      ['the intent destination', 'the intent temporary', 'the listing of system snapshots'],
    ],
    ['one that shares', () => bench.backUp(SHARED), ['the intent destination', 'the intent temporary']],
    [
      'the first of a root',
      () => bench.backUp({ ...INPUT, root: SECOND_ROOT }),
      ['its fixed name', 'the registry', 'the intent destination'],
    ],
    [
      'a roll-back',
      () => failing('FullBackupStateMachine', 'CommitBackup', () => bench.backUp()),
      ['the roll-back', 'the intent destination'],
    ],
    ['a repair', () => stopped().then(() => bench.repair()), ['the roll-back', 'the intent destination']],
    ['the clean-up', () => bench.workOff(), ['the clean-up entry', 'the intent destination']],
    ['a restore', () => bench.run('RestoreStateMachine', RESTORE), ['the execution', 'the restore record']],
    [
      'a failed restore',
      () => failing('RestoreStateMachine', 'CheckPaused', () => bench.run('RestoreStateMachine', RESTORE)),
      ['the restore record'],
    ],
    ['a verification', () => bench.run('VerifyStateMachine', { root: ROOT, image: 'latest' }), ['the execution']],
  ];

  it.each(operations)('%s', async (_, operate, by) => {
    intents.named.clear();
    intents.unnamed.length = 0;
    await operate();
    expect(intents.unnamed).toEqual([]);
    expect([...intents.named.keys()]).toEqual(expect.arrayContaining(by));
  });

  it('runs that read images are named by their executions', async () => {
    const { RestoreStateMachine, VerifyStateMachine } = bench.h.stack;
    const names = await Promise.all(
      (
        [
          ['r', RestoreStateMachine],
          ['v', VerifyStateMachine],
        ] as const
      ).map(async ([kind, machine]) => {
        const stateMachineArn = machine.replace(/:[^:]*$/, '');
        const { executions } = await bench.h.cloud.call('states', 'ListExecutions', { stateMachineArn });
        return (executions as { executionArn: string }[]).map(({ executionArn }) => runOf(kind, executionArn));
      }),
    );
    expect(intents.runs.size).toBe(3);
    expect(names.flat()).toEqual(expect.arrayContaining([...intents.runs]));
  });
});
