import {
  CreateStateMachineAliasCommand,
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineAliasCommand,
  DescribeStateMachineCommand,
  ListStateMachinesCommand,
  PublishStateMachineVersionCommand,
  TestStateCommand,
  UpdateStateMachineAliasCommand,
  UpdateStateMachineCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { Suite } from './stepfunctions-conformance.ts';
import { alone, freshName, machineOf } from './stepfunctions-subject.ts';

const says = (word: string) => alone({ Type: 'Pass', Output: word, End: true });

/** Definitions, versions, aliases, and states tried alone. */
export function stateMachineTests({ bench, has }: Suite): void {
  const client = () => bench().subject.client;

  describe('state machines', () => {
    test('create, describe, list, update, delete', async () => {
      const name = freshName();
      const { roleArn } = bench().subject;
      const create = () => client().send(new CreateStateMachineCommand({ name, definition: says('one'), roleArn }));
      const { stateMachineArn } = await create();
      expect((await create()).stateMachineArn).toBe(stateMachineArn);
      const described = await client().send(new DescribeStateMachineCommand({ stateMachineArn }));
      expect(described).toMatchObject({ name, definition: says('one'), roleArn, status: 'ACTIVE', type: 'STANDARD' });
      const { stateMachines } = await client().send(new ListStateMachinesCommand({ maxResults: 1000 }));
      expect(stateMachines?.map((machine) => machine.name)).toContain(name);
      await client().send(new UpdateStateMachineCommand({ stateMachineArn, definition: says('two') }));
      expect((await bench().ended(await bench().start(stateMachineArn!))).output).toBe('two');
      await client().send(new DeleteStateMachineCommand({ stateMachineArn }));
      await expect(bench().start(stateMachineArn!)).rejects.toMatchObject({ name: 'StateMachineDoesNotExist' });
    });

    if (has('validation')) {
      test('the same name with another definition is refused', async () => {
        const name = freshName();
        const { roleArn } = bench().subject;
        await client().send(new CreateStateMachineCommand({ name, definition: says('one'), roleArn }));
        const other = client().send(new CreateStateMachineCommand({ name, definition: says('two'), roleArn }));
        await expect(other).rejects.toMatchObject({ name: 'StateMachineAlreadyExists' });
      });

      test.each([
        ['no JSON', '{'],
        ['a StartAt that names nothing', machineOf({ A: { Type: 'Succeed' } }, 'B')],
        ['a Next that names nothing', machineOf({ A: { Type: 'Pass', Next: 'B' } })],
        ['neither Next nor End', machineOf({ A: { Type: 'Pass' } })],
        ['a state that no way leads to', machineOf({ A: { Type: 'Succeed' }, B: { Type: 'Succeed' } })],
        ['an expression that does not compile', alone({ Type: 'Pass', Output: '{% $states.( %}', End: true })],
        ['an expression that does not end', alone({ Type: 'Pass', Output: '{% 1', End: true })],
        ['$eval', alone({ Type: 'Pass', Output: '{% $eval("1") %}', End: true })],
        ['an unknown field', alone({ Type: 'Pass', Outputs: 1, End: true })],
        ['an unknown type', alone({ Type: 'Jump', End: true })],
        ['a field of another type of state', alone({ Type: 'Succeed', Next: 'Only' })],
        [
          'States.ALL beside another name',
          alone({ Type: 'Parallel', Branches: [], Retry: [{ ErrorEquals: ['States.ALL', 'X'] }], End: true }),
        ],
        [
          'States.ALL before another',
          alone({
            Type: 'Parallel',
            Branches: [],
            Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }],
            End: true,
          }),
        ],
        [
          'an inner variable of an outer name',
          machineOf({
            A: { Type: 'Pass', Assign: { v: 1 }, Next: 'B' },
            B: {
              Type: 'Parallel',
              Branches: [{ StartAt: 'C', States: { C: { Type: 'Pass', Assign: { v: 2 }, End: true } } }],
              End: true,
            },
          }),
        ],
        [
          'two states of one name',
          machineOf({
            A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: { Type: 'Succeed' } } }], End: true },
          }),
        ],
      ])('a definition with %s is refused', async (_, definition) => {
        const { roleArn } = bench().subject;
        const created = client().send(new CreateStateMachineCommand({ name: freshName(), definition, roleArn }));
        await expect(created).rejects.toMatchObject({ name: 'InvalidDefinition' });
        const { result, diagnostics } = await client().send(new ValidateStateMachineDefinitionCommand({ definition }));
        expect(result).toBe('FAIL');
        expect(diagnostics?.length).toBeGreaterThan(0);
      });
    }

    if (has('versions')) {
      test('a version stays what it was; an alias leads to one', async () => {
        const stateMachineArn = await bench().create(says('one'));
        const publish = () => client().send(new PublishStateMachineVersionCommand({ stateMachineArn }));
        const one = (await publish()).stateMachineVersionArn!;
        expect(one).toBe(`${stateMachineArn}:1`);
        expect((await publish()).stateMachineVersionArn).toBe(one);
        const routes = (arn: string) => [{ stateMachineVersionArn: arn, weight: 100 }];
        const { stateMachineAliasArn } = await client().send(
          new CreateStateMachineAliasCommand({ name: 'live', routingConfiguration: routes(one) }),
        );
        expect(stateMachineAliasArn).toBe(`${stateMachineArn}:live`);
        const { stateMachineVersionArn: two } = await client().send(
          new UpdateStateMachineCommand({ stateMachineArn, definition: says('two'), publish: true }),
        );
        expect(two).toBe(`${stateMachineArn}:2`);
        const started = await bench().ended(await bench().start(stateMachineAliasArn!));
        expect(started.output).toBe('one');
        expect(started.execution).toMatchObject({ stateMachineArn, stateMachineVersionArn: one, stateMachineAliasArn });
        await client().send(
          new UpdateStateMachineAliasCommand({ stateMachineAliasArn, routingConfiguration: routes(two!) }),
        );
        expect((await bench().ended(await bench().start(stateMachineAliasArn!))).output).toBe('two');
        expect((await bench().ended(await bench().start(one))).output).toBe('one');
        const alias = await client().send(new DescribeStateMachineAliasCommand({ stateMachineAliasArn }));
        expect(alias).toMatchObject({ name: 'live', routingConfiguration: routes(two!) });
      });
    }

    if (has('test state')) {
      test('TestState runs one state alone', async () => {
        const { roleArn } = bench().subject;
        const tried = (state: object, input: unknown) =>
          client().send(
            new TestStateCommand({ definition: JSON.stringify(state), roleArn, input: JSON.stringify(input) }),
          );
        const choice = {
          QueryLanguage: 'JSONata',
          Type: 'Choice',
          Choices: [{ Condition: '{% $states.input.n = 1 %}', Next: 'One' }],
          Default: 'Other',
        };
        expect(await tried(choice, { n: 1 })).toMatchObject({ status: 'SUCCEEDED', nextState: 'One' });
        expect(await tried(choice, { n: 2 })).toMatchObject({ status: 'SUCCEEDED', nextState: 'Other' });
        const task = { QueryLanguage: 'JSONata', ...bench().task({ kind: 'throw', name: 'Boom', message: 'm' }) };
        expect(await tried(task, {})).toMatchObject({ status: 'FAILED', error: 'Boom' });
        const retried = { ...task, Retry: [{ ErrorEquals: ['Boom'] }] };
        expect(await tried(retried, {})).toMatchObject({ status: 'RETRIABLE', error: 'Boom' });
        const caught = { ...task, Catch: [{ ErrorEquals: ['Boom'], Next: 'Handle', Output: 'handled' }] };
        expect(await tried(caught, {})).toMatchObject({
          status: 'CAUGHT_ERROR',
          error: 'Boom',
          output: '"handled"',
          nextState: 'Handle',
        });
      });
    }
  });
}
