import {
  DescribeMapRunCommand,
  ListMapRunsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { freshName, machineOf, types, until } from './stepfunctions-subject.ts';

const counted = (events: readonly { type?: string | undefined }[], type: string) =>
  events.filter((event) => event.type === type).length;

/** Going on with an execution that did not succeed. */
export function redriveTests({ bench, has }: Suite): void {
  if (!has('redrive')) return;
  const flaky = (times: number) => bench().task({ kind: 'flaky', key: freshName(), times, name: 'Slow' });
  const redriven = async (executionArn: string) => {
    await bench().subject.client.send(new RedriveExecutionCommand({ executionArn }));
    return bench().ended(executionArn);
  };

  describe('redrive', () => {
    test('goes on from the state that failed, with its input and variables', async () => {
      const first = await bench().run(
        machineOf({
          Once: { Type: 'Pass', Assign: { v: 'kept' }, Output: { n: 1 }, Next: 'Do' },
          Do: {
            ...flaky(1),
            Output: {
              v: '{% $v %}',
              n: '{% $states.input.n %}',
              redrives: '{% $states.context.Execution.RedriveCount %}',
            },
          },
        }),
      );
      expect(first.execution).toMatchObject({ status: 'FAILED', redriveCount: 0, redriveStatus: 'REDRIVABLE' });
      const { execution, output, events } = await redriven(first.execution.executionArn!);
      expect(execution).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
      expect(execution.redriveDate).toBeInstanceOf(Date);
      expect(output).toEqual({ v: 'kept', n: 1, redrives: 1 });
      expect(counted(events, 'PassStateEntered')).toBe(1);
      expect(types(events).slice(first.events.length)).toEqual([
        'ExecutionRedriven',
        'TaskScheduled',
        'TaskStarted',
        'TaskSucceeded',
        'TaskStateExited',
        'ExecutionSucceeded',
      ]);
    });

    test('repeats only the branches and iterations that did not succeed', async () => {
      const passes = (name: string) => ({
        StartAt: name,
        States: { [name]: { Type: 'Pass', Output: name, End: true } },
      });
      const parallel = await bench().run(
        machineOf({
          Both: { Type: 'Parallel', Branches: [passes('A'), { StartAt: 'F', States: { F: flaky(1) } }], End: true },
        }),
      );
      const again = await redriven(parallel.execution.executionArn!);
      expect(again.execution.status).toBe('SUCCEEDED');
      expect((again.output as unknown[])[0]).toBe('A');
      expect(counted(again.events, 'PassStateEntered')).toBe(1);

      const key = freshName();
      const map = await bench().run(
        machineOf({
          Each: {
            Type: 'Map',
            Items: [0, 1, 0],
            MaxConcurrency: 1,
            ItemProcessor: {
              StartAt: 'Do',
              States: {
                Do: bench().task({
                  kind: 'flaky',
                  key,
                  times: '{% $states.input %}' as unknown as number,
                  name: 'Slow',
                }),
              },
            },
            Output: '{% $count($states.result) %}',
            End: true,
          },
        }),
      );
      expect(map.execution.status).toBe('FAILED');
      const mapAgain = await redriven(map.execution.executionArn!);
      expect(mapAgain.output).toBe(3);
      expect(counted(mapAgain.events, 'MapStateStarted')).toBe(1);
      expect(counted(mapAgain.events, 'MapIterationSucceeded')).toBe(3);
    });

    test('a map repeats only the children that did not succeed, in the same run', async () => {
      const key = freshName();
      const { execution } = await bench().run(
        machineOf({
          Each: {
            Type: 'Map',
            Label: 'Each',
            Items: [0, 0, 1, 0],
            MaxConcurrency: 1,
            ItemProcessor: {
              ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
              StartAt: 'Do',
              States: {
                Do: bench().task({
                  kind: 'flaky',
                  key,
                  times: '{% $states.input %}' as unknown as number,
                  name: 'Slow',
                }),
              },
            },
            Output: '{% $count($states.result) %}',
            End: true,
          },
        }),
      );
      expect(execution.error).toBe('States.ExceedToleratedFailureThreshold');
      const again = await redriven(execution.executionArn!);
      expect(again.output).toBe(4);
      expect(types(again.events)).toContain('MapRunRedriven');
      const { client } = bench().subject;
      const { mapRuns } = await client.send(new ListMapRunsCommand({ executionArn: execution.executionArn }));
      expect(mapRuns).toHaveLength(1);
      const run = await client.send(new DescribeMapRunCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
      expect(run).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1 });
      expect(run.executionCounts).toMatchObject({ succeeded: 4, total: 4 });
    });

    test('an execution that was stopped goes on where it stood', async () => {
      const key = freshName();
      const machine = await bench().create(
        machineOf({
          Work: {
            Type: 'Parallel',
            Branches: [{ StartAt: 'Hold', States: { Hold: bench().task({ kind: 'hold', key }) } }],
            Next: 'Done',
          },
          Done: { Type: 'Succeed', Output: 'done' },
        }),
      );
      const executionArn = await bench().start(machine);
      await until(() => bench().subject.held(key) === 1);
      await bench().subject.client.send(new StopExecutionCommand({ executionArn }));
      await bench().subject.client.send(new RedriveExecutionCommand({ executionArn }));
      await until(() => bench().subject.held(key) === 2);
      bench().subject.release(key);
      const { output, events } = await bench().ended(executionArn);
      expect(output).toBe('done');
      expect(counted(events, 'ParallelStateSucceeded')).toBe(1);
    });

    test('what runs or has succeeded is not redriven', async () => {
      const { execution } = await bench().run(machineOf({ Only: { Type: 'Succeed' } }));
      await expect(redriven(execution.executionArn!)).rejects.toMatchObject({ name: 'ExecutionNotRedrivable' });
    });
  });
}
