import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone, machineOf, types } from './stepfunctions-subject.ts';

const sum = '{% $a + $states.input.b %}';

/** Each type of state and what it passes on. */
export function stateTests({ bench, has }: Suite): void {
  describe('states', () => {
    test('Pass without Output passes its input on', async () => {
      const { output, execution } = await bench().run(alone({ Type: 'Pass', End: true }), { a: [1] });
      expect(execution.status).toBe('SUCCEEDED');
      expect(output).toEqual({ a: [1] });
    });

    test('Assign and Output of one state see the variables of before it', async () => {
      const { output } = await bench().run(
        machineOf({
          First: { Type: 'Pass', Assign: { a: 1 }, Next: 'Second' },
          Second: { Type: 'Pass', Assign: { a: sum }, Output: { before: '{% $a %}', b: 10 }, Next: 'Third' },
          Third: { Type: 'Pass', Output: { after: '{% $a %}', before: '{% $states.input.before %}' }, End: true },
        }),
        { b: 2 },
      );
      expect(output).toEqual({ after: 3, before: 1 });
    });

    test('Choice takes the first rule that holds, with its Assign and Output', async () => {
      const definition = machineOf({
        Which: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 10 %}', Next: 'End', Output: 'large', Assign: { v: 'L' } },
            { Condition: '{% $states.input.n > 5 %}', Next: 'End', Output: 'medium', Assign: { v: 'M' } },
          ],
          Default: 'End',
          Output: 'small',
          Assign: { v: 'S' },
        },
        End: { Type: 'Succeed', Output: '{% $states.input & $v %}' },
      });
      expect((await bench().run(definition, { n: 11 })).output).toBe('largeL');
      expect((await bench().run(definition, { n: 6 })).output).toBe('mediumM');
      expect((await bench().run(definition, { n: 1 })).output).toBe('smallS');
    });

    test('Fail ends with its Error and Cause', async () => {
      const { execution } = await bench().run(
        alone({ Type: 'Fail', Error: '{% $states.input.e %}', Cause: 'because' }),
        { e: 'RootBusy' },
      );
      expect(execution).toMatchObject({ status: 'FAILED', error: 'RootBusy', cause: 'because' });
    });

    test('lambda:invoke answers payload, status and version', async () => {
      const { output } = await bench().run(
        alone(bench().task({ kind: 'echo', value: { x: [1, 'two', null] } }, { Output: '{% $states.result %}' })),
      );
      expect(output).toMatchObject({ ExecutedVersion: '$LATEST', StatusCode: 200, Payload: { x: [1, 'two', null] } });
    });

    test('a function named directly gives its answer as the result', async () => {
      const { output } = await bench().run(alone({ Type: 'Task', Resource: bench().subject.functionArn, End: true }), {
        kind: 'echo',
        value: 7,
      });
      expect(output).toBe(7);
    });

    test('Parallel gives the outputs of its branches in their order', async () => {
      const { output, events } = await bench().run(
        machineOf({
          Both: {
            Type: 'Parallel',
            Arguments: { n: 20 },
            Branches: [
              { StartAt: 'A', States: { A: { Type: 'Pass', Output: '{% $states.input.n %}', End: true } } },
              { StartAt: 'B', States: { B: bench().task({ kind: 'echo', value: 'b' }) } },
            ],
            Assign: { got: '{% $states.result[1] %}' },
            Next: 'Then',
          },
          Then: { Type: 'Pass', Output: { all: '{% $states.input %}', got: '{% $got %}' }, End: true },
        }),
      );
      expect(output).toEqual({ all: [20, 'b'], got: 'b' });
      if (has('history')) {
        expect(types(events)).toEqual(expect.arrayContaining(['ParallelStateStarted', 'ParallelStateSucceeded']));
      }
    });

    test('an inline Map goes over its items and keeps their order', async () => {
      const { output } = await bench().run(
        alone({
          Type: 'Map',
          Items: '{% $states.input.list %}',
          ItemSelector: { i: '{% $states.context.Map.Item.Index %}', v: '{% $states.context.Map.Item.Value %}' },
          MaxConcurrency: 2,
          ItemProcessor: {
            StartAt: 'Each',
            States: { Each: { Type: 'Pass', Output: '{% $states.input.v * 10 + $states.input.i %}', End: true } },
          },
          End: true,
        }),
        { list: [5, 6, 7] },
      );
      expect(output).toEqual([50, 61, 72]);
    });

    test('an inline Map over nothing gives an empty list', async () => {
      const { output } = await bench().run(
        alone({
          Type: 'Map',
          Items: [],
          ItemProcessor: { StartAt: 'Each', States: { Each: { Type: 'Pass', End: true } } },
          End: true,
        }),
      );
      expect(output).toEqual([]);
    });

    if (has('variable scopes')) {
      test('branches and iterations read outer variables; what they assign stays inside', async () => {
        const { output } = await bench().run(
          machineOf({
            Set: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Both' },
            Both: {
              Type: 'Parallel',
              Branches: ['x', 'y'].map((own) => ({
                StartAt: `A${own}`,
                States: {
                  [`A${own}`]: { Type: 'Pass', Assign: { own }, Next: `B${own}` },
                  [`B${own}`]: { Type: 'Pass', Output: '{% $outer & $own %}', End: true },
                },
              })),
              Next: 'Each',
            },
            Each: {
              Type: 'Map',
              ItemProcessor: {
                StartAt: 'One',
                States: {
                  One: { Type: 'Pass', Output: '{% $outer & $states.context.Map.Item.Value %}', End: true },
                },
              },
              Next: 'After',
            },
            After: { Type: 'Pass', Output: { list: '{% $states.input %}', leak: '{% $exists($own) %}' }, End: true },
          }),
        );
        expect(output).toEqual({ list: ['oox', 'ooy'], leak: false });
      });
    }

    if (has('history')) {
      test('the history names every step in order', async () => {
        const { events } = await bench().run(
          machineOf({
            A: { Type: 'Pass', Next: 'B' },
            B: bench().task({ kind: 'echo', value: 1 }, { Next: 'C' }),
            C: { Type: 'Wait', Seconds: 0, Next: 'D' },
            D: { Type: 'Succeed' },
          }),
        );
        expect(types(events)).toEqual([
          'ExecutionStarted',
          'PassStateEntered',
          'PassStateExited',
          'TaskStateEntered',
          'TaskScheduled',
          'TaskStarted',
          'TaskSucceeded',
          'TaskStateExited',
          'WaitStateEntered',
          'WaitStateExited',
          'SucceedStateEntered',
          'SucceedStateExited',
          'ExecutionSucceeded',
        ]);
        expect(events.map(({ id }) => Number(id))).toEqual(events.map((_, index) => index + 1));
        expect(events[4]!.taskScheduledEventDetails).toMatchObject({ resourceType: 'lambda', resource: 'invoke' });
        expect(events[7]!.stateExitedEventDetails).toMatchObject({ name: 'B', output: '1' });
      });
    }
  });
}
