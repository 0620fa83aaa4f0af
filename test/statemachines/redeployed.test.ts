import { beforeEach, describe, expect, it } from 'vitest';
import { CONTROL, rootPartition } from '../../core/items.ts';
import { FaultBench, INPUT } from '../support/fault-bench.ts';
import { ROOT, TARGET } from '../support/holdfast-cloud.ts';

describe('a flag of a stack that was deleted and deployed anew', () => {
  let bench: FaultBench;

  beforeEach(async () => {
    bench = await FaultBench.create();
    expect(await bench.backUp()).toMatchObject({ status: 'SUCCEEDED' });
    const held = bench.hold('a copy', (call) => call.operation === 'CopyObject');
    const arn = await bench.start('FullBackupStateMachine', { ...INPUT, standalone: true });
    await held.arrived;
    await bench.stop(arn);
    await held.release();
    // The machine had another suffix then; Step Functions knows nothing of it any more.
    const was = arn.replace(/-[^-:]+:([^:]+)$/, '-before:$1');
    expect(was).not.toBe(arn);
    await bench.h.cloud.call('dynamodb', 'UpdateItem', {
      TableName: bench.h.stack.TableName,
      Key: { pk: { S: rootPartition(ROOT) }, sk: { S: CONTROL } },
      UpdateExpression: 'SET runId = :was, executionArn = :was',
      ExpressionAttributeValues: { ':was': { S: was } },
    });
    expect((await bench.h.table.readControl(ROOT)).flag).toMatchObject({ runId: was, executionArn: was });
  });

  it('is told from a running one, and repaired', async () => {
    expect(await bench.backUp()).toMatchObject({ error: 'RepairRequired' });
    expect(await bench.h.run('RestoreStateMachine', { root: ROOT, image: 'latest', target: TARGET })).toMatchObject({
      error: 'RepairRequired',
    });
    expect(await bench.repair()).toMatchObject({ output: { decision: 'REPAIRED' } });
    await bench.expectNextSucceeds();
  });

  it('is found by the sweep', async () => {
    const sweep = bench.h.cloud.scheduler.list().find(({ name }) => name.includes('Sweep'));
    await bench.h.cloud.scheduler.fire(sweep?.arn ?? 'none');
    await bench.h.clock.sleep(5 * 60_000);
    expect((await bench.h.table.readControl(ROOT)).flag).toBeUndefined();
  });
});
