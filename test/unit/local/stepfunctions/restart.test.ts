import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileJournal } from '../../../../local/journal.ts';
import type { StatusChange } from '../../../../local/stepfunctions/execution-store.ts';
import type { Invoke } from '../../../../local/stepfunctions/service-call.ts';
import { StepFunctionsService } from '../../../../local/stepfunctions/stepfunctions-service.ts';
import { VirtualClock } from '../../../../local/virtual-clock.ts';

const roleArn = 'arn:aws:iam::123456789012:role/machine';
const machine = (states: object, startAt = Object.keys(states)[0]) =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: startAt, States: states });
const holding = {
  First: { Type: 'Pass', Output: 'p', Next: 'Hold' },
  Hold: { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments: { FunctionName: 'f' }, End: true },
};

describe('Step Functions after a restart', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'stepfunctions-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  let ids = 0;
  /** A function that never answers. */
  const silent: Invoke = () => new Promise(() => {});
  const open = (invoke = silent) => {
    const { records, journal } = FileJournal.open(join(folder, 'journal'));
    const service = new StepFunctionsService({
      clock: new VirtualClock(),
      ids: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
      random: () => 0.5,
      region: 'eu-west-1',
      accountId: '123456789012',
      invoke,
      journal,
      records,
    });
    return { service, journal };
  };
  const create = async (service: StepFunctionsService, name: string, definition: string) =>
    String((await service.call('CreateStateMachine', { name, definition, roleArn })).stateMachineArn);
  const start = async (service: StepFunctionsService, stateMachineArn: string, name: string) =>
    String((await service.call('StartExecution', { stateMachineArn, name, input: '{"a":1}' })).executionArn);

  test('what was running is ABORTED, error LocalRestart, with its history up to the last call', async () => {
    const before = open();
    const arn = await create(before.service, 'holding', machine(holding));
    const executionArn = await start(before.service, arn, 'lost');
    await new Promise((resolve) => setTimeout(resolve, 5));
    before.journal.close();

    const { service } = open();
    expect(await service.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'LocalRestart',
      input: '{"a":1}',
      redriveStatus: 'NOT_REDRIVABLE',
    });
    const { events } = await service.call('GetExecutionHistory', { executionArn });
    expect((events as { type: string }[]).map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'ExecutionAborted',
    ]);
    await expect(start(service, arn, 'lost')).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
  });

  test('machines, versions, aliases, ended executions and map runs are as before, also from compacted records', async () => {
    const before = open();
    const arn = await create(
      before.service,
      'mapping',
      machine({
        Each: {
          Type: 'Map',
          Items: [1, 2],
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED' },
            StartAt: 'C',
            States: { C: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      }),
    );
    const { stateMachineVersionArn } = await before.service.call('PublishStateMachineVersion', {
      stateMachineArn: arn,
    });
    const routingConfiguration = [{ stateMachineVersionArn, weight: 100 }];
    await before.service.call('CreateStateMachineAlias', { name: 'live', routingConfiguration });
    const executionArn = await start(before.service, `${arn}:live`, 'done');
    await before.service.ended(executionArn);
    const gone = await create(before.service, 'gone', machine({ A: { Type: 'Succeed' } }));
    await before.service.call('DeleteStateMachine', { stateMachineArn: gone });
    const shown = async (service: StepFunctionsService) => {
      const { mapRuns } = await service.call('ListMapRuns', { executionArn });
      const { mapRunArn } = (mapRuns as { mapRunArn: string }[])[0]!;
      return [
        await service.call('DescribeExecution', { executionArn }),
        await service.call('GetExecutionHistory', { executionArn }),
        await service.call('ListStateMachines', {}),
        await service.call('DescribeStateMachineAlias', { stateMachineAliasArn: `${arn}:live` }),
        await service.call('DescribeMapRun', { mapRunArn }),
        await service.call('ListExecutions', { mapRunArn }),
        service.transitionsOf(executionArn),
      ];
    };
    const expected = await shown(before.service);
    before.journal.close();
    const after = open();
    expect(await shown(after.service)).toEqual(expected);
    after.journal.close();
    FileJournal.rewrite(join(folder, 'journal'), after.service.records());
    const compacted = open();
    expect(await shown(compacted.service)).toEqual(expected);
    const next = await start(compacted.service, `${arn}:live`, 'next');
    await compacted.service.ended(next);
    expect(await compacted.service.call('DescribeExecution', { executionArn: next })).toMatchObject({
      output: '[1,2]',
    });
  });

  test('what failed before a restart is redriven from where it stood, also from compacted records', async () => {
    const task = { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' };
    const child = { ...task, Arguments: { FunctionName: 'f', Payload: '{% $states.input %}' }, End: true };
    const each = {
      Type: 'Map',
      Items: [1, 2, 3],
      MaxConcurrency: 1,
      ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'C', States: { C: child } },
      Output:
        "{% {'got': $states.result.Payload, 'kept': $kept, 'redrives': $states.context.Execution.RedriveCount} %}",
      End: true,
    };
    const definition = machine({
      Keep: { Type: 'Pass', Assign: { kept: 'v' }, Output: 'p', Next: 'Both' },
      Both: {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'Done', States: { Done: { Type: 'Pass', Output: 'first', End: true } } },
          { StartAt: 'Each', States: { Each: each } },
        ],
        End: true,
      },
    });
    const called: unknown[] = [];
    const failing =
      (bad: unknown): Invoke =>
      async ({ input }) => {
        const item = JSON.parse(String(input.Payload)) as number;
        called.push(item);
        if (item === bad) throw Object.assign(new Error('not yet'), { name: 'NotYet' });
        return { StatusCode: 200, ExecutedVersion: '1', Payload: String(item * 10) };
      };
    const before = open(failing(2));
    const arn = await create(before.service, 'redriven', definition);
    const version = await before.service.call('PublishStateMachineVersion', { stateMachineArn: arn });
    const executionArn = await start(before.service, String(version.stateMachineVersionArn), 'failed');
    await before.service.ended(executionArn);
    expect(called).toEqual([1, 2]);
    // The execution keeps the definition that it was started with.
    await before.service.call('UpdateStateMachine', {
      stateMachineArn: arn,
      definition: machine({ A: { Type: 'Fail' } }),
    });
    before.journal.close();

    const after = open();
    expect(await after.service.call('DescribeExecution', { executionArn })).toMatchObject({
      status: 'FAILED',
      redriveStatus: 'REDRIVABLE',
    });
    after.journal.close();
    FileJournal.rewrite(join(folder, 'journal'), after.service.records());

    const { service } = open(failing('none'));
    await service.call('RedriveExecution', { executionArn });
    await service.ended(executionArn);
    // The child that had succeeded is not run again; the one that had failed and the one that had not begun are.
    expect(called).toEqual([1, 2, 2, 3]);
    const { output, status, redriveCount } = await service.call('DescribeExecution', { executionArn });
    expect({ status, redriveCount }).toEqual({ status: 'SUCCEEDED', redriveCount: 1 });
    expect(JSON.parse(String(output))).toEqual(['first', { got: [10, 20, 30], kept: 'v', redrives: 1 }]);
    const { events } = await service.call('GetExecutionHistory', { executionArn });
    const seen = (events as { type: string }[]).map(({ type }) => type);
    expect(seen.filter((type) => type === 'PassStateEntered')).toHaveLength(2);
    expect(seen).toContain('MapRunRedriven');
    const { mapRuns } = await service.call('ListMapRuns', { executionArn });
    const { mapRunArn } = (mapRuns as { mapRunArn: string }[])[0]!;
    expect(await service.call('DescribeMapRun', { mapRunArn })).toMatchObject({
      status: 'SUCCEEDED',
      executionCounts: { total: 3, succeeded: 3, failed: 0 },
    });
  });

  test('each change of status is told, and transitions are counted', async () => {
    const { service } = open();
    const told: StatusChange[] = [];
    service.onStatusChange((change) => told.push(change));
    const arn = await create(
      service,
      'three',
      machine({ A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Next: 'C' }, C: { Type: 'Fail', Error: 'E' } }),
    );
    const executionArn = await start(service, arn, 'told');
    await service.ended(executionArn);
    expect(told.map(({ status }) => status)).toEqual(['RUNNING', 'FAILED']);
    expect(told[1]).toMatchObject({ executionArn, stateMachineArn: arn, name: 'told', input: '{"a":1}', error: 'E' });
    expect(service.transitionsOf(executionArn)).toBe(3);
  });

  test('an operation that is not there says so', async () => {
    const { service } = open();
    await expect(service.call('CreateActivity', { name: 'a' })).rejects.toMatchObject({ name: 'NotImplemented' });
  });
});
