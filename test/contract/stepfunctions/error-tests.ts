import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone, freshName, type Json, machineOf, secondsOf, types } from './stepfunctions-subject.ts';

const caught = (...errors: string[]): Json => [
  { ErrorEquals: errors, Next: 'Caught', Output: { was: '{% $states.errorOutput %}', in: '{% $states.input %}' } },
];
const Caught: Json = { Type: 'Pass', End: true };

/** What fails, under which name, and who may catch it. */
export function errorTests({ bench, has }: Suite): void {
  const boom = { kind: 'throw', name: 'RootBusy', message: 'held by another' } as const;

  describe('errors', () => {
    if (has('error names')) {
      test("a function's error is caught by its own name, its cause is the function's answer", async () => {
        const { output } = await bench().run(
          machineOf({ Do: bench().task(boom, { Catch: caught('RootBusy'), Next: 'Caught' }), Caught }),
          { n: 1 },
        );
        const { was, in: input } = output as { was: { Error: string; Cause: string }; in: unknown };
        expect(was.Error).toBe('RootBusy');
        expect(JSON.parse(was.Cause)).toMatchObject({ errorType: 'RootBusy', errorMessage: 'held by another' });
        expect(input).toEqual({ n: 1 });
      });

      test('another name does not catch it, and the execution fails with it', async () => {
        const { execution, events } = await bench().run(
          machineOf({ Do: bench().task(boom, { Catch: caught('Other'), Next: 'Caught' }), Caught }),
        );
        expect(execution).toMatchObject({ status: 'FAILED', error: 'RootBusy' });
        expect(types(events).slice(-2)).toEqual(['TaskFailed', 'ExecutionFailed']);
      });

      test('States.TaskFailed stands for it', async () => {
        const { execution } = await bench().run(
          machineOf({ Do: bench().task(boom, { Catch: caught('States.TaskFailed'), Next: 'Caught' }), Caught }),
        );
        expect(execution.status).toBe('SUCCEEDED');
      });
    }

    test('without an Output of the Catch, the error is the output', async () => {
      const definition = machineOf({
        Do: bench().task(boom, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }], Next: 'Caught' }),
        Caught,
      });
      const { output } = await bench().run(definition);
      expect(Object.keys(output as object).sort()).toEqual(['Cause', 'Error']);
    });

    test('the Catch of a Parallel sees what a branch failed with', async () => {
      const branch = { StartAt: 'Bad', States: { Bad: { Type: 'Fail', Error: 'Broken', Cause: 'why' } } };
      const { output } = await bench().run(
        machineOf({
          Work: {
            Type: 'Parallel',
            Branches: [branch],
            Catch: [{ ErrorEquals: ['Broken'], Next: 'Caught', Assign: { e: '{% $states.errorOutput %}' } }],
            Next: 'Caught',
          },
          Caught: { Type: 'Pass', Output: '{% $e %}', End: true },
        }),
      );
      expect(output).toEqual({ Error: 'Broken', Cause: 'why' });
    });

    test('an expression that fails in a Task is caught', async () => {
      const { output } = await bench().run(
        machineOf({
          Do: bench().task(
            { kind: 'echo', value: 1 },
            {
              Output: '{% $states.result.Payload.missing %}',
              Catch: caught('States.QueryEvaluationError'),
              Next: 'Caught',
            },
          ),
          Caught,
        }),
      );
      expect(output).toMatchObject({ was: { Error: 'States.QueryEvaluationError' } });
    });

    test('a Choice without a way is States.NoChoiceMatched, which the Parallel around it may catch', async () => {
      const choice = { Type: 'Choice', Choices: [{ Condition: '{% false %}', Next: 'Never' }] };
      const inner = { StartAt: 'Which', States: { Which: choice, Never: { Type: 'Succeed' } } };
      const { execution } = await bench().run(machineOf(inner.States, 'Which'));
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
      const { output } = await bench().run(
        machineOf({
          Work: { Type: 'Parallel', Branches: [inner], Catch: caught('States.ALL'), Next: 'Caught' },
          Caught,
        }),
      );
      expect(output).toMatchObject({ was: { Error: 'States.NoChoiceMatched' } });
    });

    if (has('uncatchable errors')) {
      test('more than 256 KiB between states is caught by nothing', async () => {
        const { execution } = await bench().run(
          machineOf({
            Work: {
              Type: 'Parallel',
              Branches: [
                {
                  StartAt: 'Grow',
                  States: { Grow: { Type: 'Pass', Output: '{% $pad("x", 262145, "y") %}', End: true } },
                },
              ],
              Catch: caught('States.ALL'),
              Next: 'Caught',
            },
            Caught,
          }),
        );
        expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
      });

      test('an Output of a Task of more than 256 KiB is caught by nothing', async () => {
        const { execution } = await bench().run(
          machineOf({
            Do: bench().task(
              { kind: 'echo', value: 'x'.repeat(200_000) },
              {
                Output: { twice: '{% $states.result.Payload & $states.result.Payload %}' },
                Catch: caught('States.ALL'),
                Next: 'Caught',
              },
            ),
            Caught,
          }),
        );
        expect(execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
      });

      test('States.Runtime is caught by nothing', async () => {
        const { execution } = await bench().run(
          machineOf({
            Do: bench().task(
              { kind: 'echo', value: 1 },
              {
                Arguments: 'not an object',
                Catch: caught('States.ALL'),
                Next: 'Caught',
              },
            ),
            Caught,
          }),
        );
        expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
      });
    }

    if (has('throttle')) {
      test("a service's errors have its name before theirs", async () => {
        const call = (arguments_: Json, resource: string) =>
          bench().run(alone({ Type: 'Task', Resource: resource, Arguments: arguments_, End: true }));
        const { bucket } = bench().subject;
        const s3 = await call({ Bucket: bucket, Key: 'missing' }, 'arn:aws:states:::aws-sdk:s3:getObject');
        expect(s3.execution.error).toBe('S3.NoSuchKeyException');
        const lambda = await call({ FunctionName: 'missing', Payload: {} }, 'arn:aws:states:::lambda:invoke');
        expect(lambda.execution.error).toBe('Lambda.ResourceNotFoundException');
        const throttled = await call({ FunctionName: 'throttled', Payload: {} }, 'arn:aws:states:::lambda:invoke');
        expect(throttled.execution.error).toBe('Lambda.TooManyRequestsException');
        const denied = await call({ FunctionName: 'denied', Payload: {} }, 'arn:aws:states:::lambda:invoke');
        expect(denied.execution.error).toBe('Lambda.AWSLambdaException');
      });
    }

    if (has('virtual time')) {
      const flaky = (times: number, Retry: Json, more: { [key: string]: Json } = {}) =>
        alone(bench().task({ kind: 'flaky', key: freshName(), times, name: 'Slow' }, { Retry, ...more }));

      test('Retry waits its interval, multiplied at each attempt up to the limit', async () => {
        const { events, execution } = await bench().run(
          flaky(5, [
            { ErrorEquals: ['Slow'], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 6, MaxDelaySeconds: 20 },
          ]),
        );
        expect(execution.status).toBe('SUCCEEDED');
        expect(secondsOf(events, 'TaskScheduled')).toEqual([0, 3, 9, 21, 41, 61]);
      });

      test('Retry by default: three more attempts after 1, 2 and 4 seconds', async () => {
        const { events, execution } = await bench().run(flaky(9, [{ ErrorEquals: ['States.ALL'] }]));
        expect(execution).toMatchObject({ status: 'FAILED', error: 'Slow' });
        expect(secondsOf(events, 'TaskScheduled')).toEqual([0, 1, 3, 7]);
      });

      test('full jitter takes a share of the delay', async () => {
        const { events } = await bench().run(
          flaky(1, [{ ErrorEquals: ['Slow'], IntervalSeconds: 100, JitterStrategy: 'FULL' }]),
        );
        const [, second] = secondsOf(events, 'TaskScheduled');
        expect(second).toBeLessThan(100);
        expect(second).toBeGreaterThan(0);
      });

      test('each retrier counts for itself; MaxAttempts 0 means never', async () => {
        const never = await bench().run(
          flaky(1, [
            { ErrorEquals: ['Slow'], MaxAttempts: 0 },
            { ErrorEquals: ['States.ALL'], MaxAttempts: 5 },
          ]),
        );
        expect(never.execution.status).toBe('FAILED');
        const other = await bench().run(flaky(2, [{ ErrorEquals: ['Other'] }, { ErrorEquals: ['Slow'] }]));
        expect(other.execution.status).toBe('SUCCEEDED');
      });

      test('the state knows how often it was retried', async () => {
        const { output } = await bench().run(
          flaky(2, [{ ErrorEquals: ['Slow'] }], { Output: '{% $states.context.State.RetryCount %}' }),
        );
        expect(output).toBe(2);
      });

      test('a Parallel that is retried begins anew', async () => {
        const { output, events } = await bench().run(
          alone({
            Type: 'Parallel',
            Branches: [
              {
                StartAt: 'F',
                States: { F: bench().task({ kind: 'flaky', key: freshName(), times: 1, name: 'Slow' }) },
              },
              { StartAt: 'G', States: { G: { Type: 'Pass', Output: 'g', End: true } } },
            ],
            Retry: [{ ErrorEquals: ['Slow'], IntervalSeconds: 30 }],
            Output: '{% $states.result[1] %}',
            End: true,
          }),
        );
        expect(output).toBe('g');
        expect(secondsOf(events, 'ParallelStateStarted')).toEqual([0, 30]);
      });
    }
  });
}
