import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone, machineOf, secondsOf, types } from './stepfunctions-subject.ts';

/** Waits and limits of time. */
export function timeTests({ bench, has }: Suite): void {
  describe('time', () => {
    test('Wait until a timestamp of the past ends at once', async () => {
      const { execution } = await bench().run(alone({ Type: 'Wait', Timestamp: '{% $states.input.at %}', End: true }), {
        at: '2020-01-01T00:00:00Z',
      });
      expect(execution.status).toBe('SUCCEEDED');
    });

    if (!has('virtual time')) return;

    test('Wait takes its seconds, given as a number or by an expression', async () => {
      const { events } = await bench().run(
        machineOf({
          A: { Type: 'Wait', Seconds: 90, Next: 'B' },
          B: { Type: 'Wait', Seconds: '{% $states.input.s %}', Next: 'C' },
          C: { Type: 'Wait', Timestamp: '{% $fromMillis($millis() + 60000) %}', End: true },
        }),
        { s: 3600 },
      );
      expect(secondsOf(events, 'WaitStateExited')).toEqual([90, 3690, 3750]);
    });

    test('a Task past its TimeoutSeconds is States.Timeout; States.TaskFailed does not stand for it', async () => {
      const { execution, events } = await bench().run(
        machineOf({
          Do: bench().task(
            { kind: 'sleep', ms: 100_000 },
            { TimeoutSeconds: 60, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'Never' }], Next: 'Never' },
          ),
          Never: { Type: 'Succeed' },
        }),
      );
      expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
      expect(secondsOf(events, 'TaskTimedOut')).toEqual([60]);
    });

    test('TimeoutSeconds may be an expression, and States.Timeout be caught', async () => {
      const { output } = await bench().run(
        machineOf({
          Do: bench().task(
            { kind: 'sleep', ms: 100_000 },
            {
              TimeoutSeconds: '{% $states.input.limit %}',
              Catch: [{ ErrorEquals: ['States.Timeout'], Next: 'Caught', Output: 'caught' }],
              Next: 'Caught',
            },
          ),
          Caught: { Type: 'Pass', End: true },
        }),
        { limit: 5 },
      );
      expect(output).toBe('caught');
    });

    if (has('heartbeat')) {
      test('a Task without a heartbeat is States.HeartbeatTimeout', async () => {
        const { execution, events } = await bench().run(
          alone(bench().task({ kind: 'sleep', ms: 100_000 }, { TimeoutSeconds: 60, HeartbeatSeconds: 10 })),
        );
        expect(execution).toMatchObject({ status: 'FAILED', error: 'States.HeartbeatTimeout' });
        expect(secondsOf(events, 'TaskTimedOut')).toEqual([10]);
      });
    }

    test("the execution's own TimeoutSeconds ends it TIMED_OUT, whatever would catch", async () => {
      const { execution, events } = await bench().run(
        machineOf(
          {
            Work: {
              Type: 'Parallel',
              Branches: [{ StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 1000, End: true } } }],
              Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Never' }],
              Next: 'Never',
            },
            Never: { Type: 'Succeed' },
          },
          'Work',
          { TimeoutSeconds: 100 },
        ),
      );
      expect(execution.status).toBe('TIMED_OUT');
      expect(types(events).at(-1)).toBe('ExecutionTimedOut');
      expect(secondsOf(events, 'ExecutionTimedOut')).toEqual([100]);
    });

    test('a branch that fails stops the waits of the others', async () => {
      const { execution, events } = await bench().run(
        alone({
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Long', States: { Long: { Type: 'Wait', Seconds: 5000, End: true } } },
            {
              StartAt: 'Short',
              States: { Short: { Type: 'Wait', Seconds: 5, Next: 'Bad' }, Bad: { Type: 'Fail', Error: 'Bad' } },
            },
          ],
          End: true,
        }),
      );
      expect(execution.error).toBe('Bad');
      expect(secondsOf(events, 'ExecutionFailed')).toEqual([5]);
    });

    test('an inline Map runs no more iterations at a time than MaxConcurrency', async () => {
      const { events } = await bench().run(
        alone({
          Type: 'Map',
          Items: [1, 2, 3, 4],
          MaxConcurrency: 2,
          ItemProcessor: { StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 10, End: true } } },
          End: true,
        }),
      );
      expect(secondsOf(events, 'WaitStateEntered')).toEqual([0, 0, 10, 10]);
    });
  });
}
