import {
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  StartExecutionCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone, freshName, machineOf, types, until } from './stepfunctions-subject.ts';

const pass = alone({ Type: 'Pass', End: true });

/** Starting, stopping, describing, listing. */
export function executionTests({ bench, has }: Suite): void {
  describe('executions', () => {
    test('describe shows what was started and what came out', async () => {
      const machine = await bench().create(pass);
      const name = freshName();
      const { execution } = await bench().ended(await bench().start(machine, { a: 1 }, name));
      expect(execution).toMatchObject({
        executionArn: `${machine.replace(':stateMachine:', ':execution:')}:${name}`,
        stateMachineArn: machine,
        name,
        status: 'SUCCEEDED',
        input: '{"a":1}',
        output: '{"a":1}',
      });
      expect(execution.startDate).toBeInstanceOf(Date);
      expect(execution.stopDate).toBeInstanceOf(Date);
    });

    test('a name that is taken and an unknown machine are refused', async () => {
      const machine = await bench().create(pass);
      const name = freshName();
      await bench().ended(await bench().start(machine, { a: 1 }, name));
      await expect(bench().start(machine, { a: 2 }, name)).rejects.toMatchObject({ name: 'ExecutionAlreadyExists' });
      await expect(bench().start(`${machine}-none`)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
      await expect(bench().describe(`${machine.replace(':stateMachine:', ':execution:')}:none`)).rejects.toMatchObject({
        name: 'ExecutionDoesNotExist',
      });
    });

    if (has('validation')) {
      test.each(['x'.repeat(81), 'a b', 'a:b', 'a/b', 'a;b', 'a*b', ''])('the name %j is refused', async (name) => {
        const machine = await bench().create(pass);
        await expect(bench().start(machine, {}, name)).rejects.toMatchObject({ name: 'InvalidName' });
      });

      test('input that is not JSON, or longer than 256 KiB, is refused', async () => {
        const stateMachineArn = await bench().create(pass);
        for (const input of ['{', JSON.stringify('x'.repeat(262_143))]) {
          const started = bench().subject.client.send(new StartExecutionCommand({ stateMachineArn, input }));
          await expect(started).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
        }
        const longest = await bench().start(stateMachineArn, 'x'.repeat(262_142));
        expect((await bench().ended(longest)).execution.status).toBe('SUCCEEDED');
      });
    }

    if (has('hold')) {
      const held = async () => {
        const key = freshName();
        const machine = await bench().create(
          machineOf({
            Hold: bench().task(
              { kind: 'hold', key },
              {
                Catch: [{ ErrorEquals: ['States.ALL'], Next: 'After' }],
                Next: 'After',
              },
            ),
            After: { Type: 'Pass', Output: 'after', End: true },
          }),
        );
        const name = freshName();
        const arn = await bench().start(machine, { a: 1 }, name);
        await until(() => bench().subject.held(key) === 1);
        return { key, machine, name, arn };
      };

      if (has('idempotent start')) {
        test('the same name and input is the same execution while it runs, and none afterwards', async () => {
          const { key, machine, name, arn } = await held();
          expect(await bench().start(machine, { a: 1 }, name)).toBe(arn);
          expect(bench().subject.held(key)).toBe(1);
          await expect(bench().start(machine, { a: 2 }, name)).rejects.toMatchObject({
            name: 'ExecutionAlreadyExists',
          });
          bench().subject.release(key);
          await bench().ended(arn);
          await expect(bench().start(machine, { a: 1 }, name)).rejects.toMatchObject({
            name: 'ExecutionAlreadyExists',
          });
        });
      }

      test('stop ends it at once; no Catch sees it, and the function goes on', async () => {
        const { key, arn } = await held();
        const { client } = bench().subject;
        await client.send(new StopExecutionCommand({ executionArn: arn, error: 'Enough', cause: 'said so' }));
        const { execution, events } = await bench().ended(arn);
        expect(execution).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'said so' });
        expect(types(events).at(-1)).toBe('ExecutionAborted');
        expect(bench().subject.held(key)).toBe(1);
        bench().subject.release(key);
        await new Promise((resolve) => setTimeout(resolve, 5));
        expect((await bench().events(arn)).length).toBe(events.length);
      });

      test('a running execution keeps the definition that it started with', async () => {
        const { key, machine, arn } = await held();
        const { client } = bench().subject;
        await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: pass }));
        const shown = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn: arn }));
        expect(shown.definition).toContain('After');
        bench().subject.release(key);
        expect((await bench().ended(arn)).output).toBe('after');
        expect((await bench().ended(await bench().start(machine, { n: 1 }))).output).toEqual({ n: 1 });
      });

      test('lists of executions are newest first, by status, in pages', async () => {
        const { key, machine, arn } = await held();
        const { client } = bench().subject;
        const running = await client.send(
          new ListExecutionsCommand({ stateMachineArn: machine, statusFilter: 'RUNNING' }),
        );
        expect(running.executions?.map(({ executionArn }) => executionArn)).toEqual([arn]);
        bench().subject.release(key);
        await bench().ended(arn);
        await client.send(new UpdateStateMachineCommand({ stateMachineArn: machine, definition: pass }));
        const arns = [arn];
        for (let n = 0; n < 4; n++) {
          const next = await bench().start(machine);
          await bench().ended(next);
          arns.push(next);
        }
        const listed: (string | undefined)[] = [];
        let nextToken: string | undefined;
        do {
          const page = await client.send(
            new ListExecutionsCommand({ stateMachineArn: machine, maxResults: 2, ...(nextToken && { nextToken }) }),
          );
          expect(page.executions!.length).toBeLessThanOrEqual(2);
          listed.push(...page.executions!.map(({ executionArn }) => executionArn));
          nextToken = page.nextToken;
        } while (nextToken);
        expect(listed).toEqual(arns.reverse());
      });
    }

    if (has('history')) {
      test('the history has pages and a reverse order', async () => {
        const { execution, events } = await bench().run(pass);
        const { executionArn } = execution;
        const { client } = bench().subject;
        const first = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3 }));
        expect(first.events).toEqual(events.slice(0, 3));
        const { nextToken } = first;
        const rest = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 3, nextToken }));
        expect(rest).toMatchObject({ events: events.slice(3) });
        expect(rest.nextToken).toBeUndefined();
        const reverse = await client.send(new GetExecutionHistoryCommand({ executionArn, reverseOrder: true }));
        expect(reverse.events).toEqual([...events].reverse());
      });
    }

    if (has('nested')) {
      const startOf = (pattern: string, stateMachineArn: string) =>
        alone({
          Type: 'Task',
          Resource: `arn:aws:states:::states:startExecution${pattern}`,
          Arguments: { StateMachineArn: stateMachineArn, Input: '{% $states.input %}' },
          End: true,
        });

      test('startExecution.sync:2 gives the output of the nested execution as JSON', async () => {
        const inner = await bench().create(
          alone({ Type: 'Pass', Output: { got: '{% $states.input.n %}' }, End: true }),
        );
        const { output } = await bench().run(startOf('.sync:2', inner), { n: 5 });
        expect(output).toMatchObject({ Status: 'SUCCEEDED', Output: { got: 5 }, StateMachineArn: inner });
      });

      test('startExecution without a pattern does not wait', async () => {
        const inner = await bench().create(pass);
        const { output } = await bench().run(startOf('', inner), { n: 5 });
        expect((output as { ExecutionArn: string }).ExecutionArn).toContain(':execution:');
      });

      test('a nested execution that fails is States.TaskFailed', async () => {
        const inner = await bench().create(alone({ Type: 'Fail', Error: 'Deep' }));
        const { execution } = await bench().run(startOf('.sync:2', inner));
        expect(execution.error).toBe('States.TaskFailed');
        expect(JSON.parse(execution.cause!)).toMatchObject({ Status: 'FAILED', Error: 'Deep' });
      });
    }
  });
}
