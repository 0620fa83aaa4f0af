import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toAttributes } from '../../lambdas/adapters/dynamodb/attribute-values.ts';
import { FaultBench, INPUT, type Moment } from '../support/fault-bench.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** A release with a connection to a cluster records such an intent before it asks for the snapshot (I5). */
const SNAPSHOT = 'holdfast_backup_1700000000000_sensors';

describe('a session that meant to take a table snapshot, which this release cannot remove', () => {
  let bench: FaultBench;
  let before: Moment;
  let source: string[];

  beforeAll(async () => {
    bench = await FaultBench.create();
  });
  beforeEach(async () => {
    await bench.reset();
    before = await bench.moment();
    source = await bench.h.listing('hbase');
  });
  afterEach(() => bench.disarm());

  const itemOf = (id: string) => ({ pk: `history#${ROOT}`, sk: `session#${id}#intent#table-snapshot-00000` });

  /** A backup whose session has the intent from its first copy on. */
  async function backUpWithIntent() {
    const copy = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const arn = await bench.start('FullBackupStateMachine', INPUT);
    await copy.arrived;
    const id = (await bench.h.table.readControl(ROOT)).flag?.sessionId ?? '';
    const intent = { name: 'table-snapshot-00000', kind: 'table-snapshot', what: SNAPSHOT };
    const TableName = bench.h.stack.TableName;
    await bench.h.cloud.call('dynamodb', 'PutItem', { TableName, Item: toAttributes({ ...intent, ...itemOf(id) }) });
    await copy.release();
    return { id, ended: await bench.ended(arn) };
  }

  /** As the release that took it does once the snapshot is gone. */
  async function forget(id: string): Promise<void> {
    const { pk, sk } = itemOf(id);
    const TableName = bench.h.stack.TableName;
    await bench.h.cloud.call('dynamodb', 'DeleteItem', { TableName, Key: { pk: { S: pk }, sk: { S: sk } } });
  }

  it('a roll-back stops at it and names it, and so does every repair; nothing is forgotten', async () => {
    bench.failing('FullBackupStateMachine', 'CommitBackup', 'before');
    const { id, ended } = await backUpWithIntent();
    bench.check();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'RepairRequired' });
    for (const _ of [1, 2]) {
      const repair = await bench.repair();
      expect(repair.status).toBe('FAILED');
      expect(repair.cause).toContain(SNAPSHOT);
      expect(repair.cause).toContain(`delete_snapshot '${SNAPSHOT}'`);
      const { flag } = await bench.h.table.readControl(ROOT);
      expect(flag).toMatchObject({ sessionId: id, phase: 'ROLLING_BACK' });
    }
    // Nothing is deleted in a source behind the back of its cluster.
    expect(await bench.h.listing('hbase')).toEqual(source);
    await forget(id);
    expect(await bench.repair()).toMatchObject({ status: 'SUCCEEDED', output: { decision: 'REPAIRED' } });
    await bench.expectRolledBack(before, /Broken/);
    await bench.expectNextSucceeds();
  });

  it('after a commit its clean-up entry stays until the snapshot is gone', async () => {
    const { id, ended } = await backUpWithIntent();
    expect(ended).toMatchObject({ status: 'SUCCEEDED' });
    for (const _ of [1, 2]) {
      await bench.h.clock.sleep(24 * 3_600_000);
      const failed = await bench.run('CleanUpStateMachine');
      expect(failed).toMatchObject({ status: 'FAILED', error: 'CleanUpIncomplete' });
      expect(failed.cause).toContain(SNAPSHOT);
      expect((await bench.moment()).facts.cleanUp).toMatchObject([{ sessionId: id }]);
    }
    expect(await bench.h.listing('hbase')).toEqual(source);
    await forget(id);
    await bench.workOff();
    await bench.expectSound();
  });
});
