import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Cloud } from '../../../local/cloud.ts';
import { deployAssembly } from '../../../local/cloudformation/deploy.ts';
import type { InProcessHandler, InProcessRunner } from '../../../local/lambda/in-process-runner.ts';
import { ServiceError } from '../../../local/service.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { synthTinyApp } from './tiny-app/tiny-app.ts';

let assembly: string;
let cloud: Cloud;
beforeAll(() => {
  assembly = synthTinyApp({ work: 'export const handler = async () => 1;' });
});
afterEach(() => cloud.close());

const undo: InProcessHandler = async (event) => ({ undone: event });

async function deployed(work: InProcessHandler) {
  cloud = new Cloud({ clock: new VirtualClock(), handlers: { Work: work, Undo: undo } });
  const [stack] = await deployAssembly(cloud, assembly);
  const output = (key: string) => stack!.outputs.find((one) => one.key === key)!.value;
  return { output, run: (input: unknown) => runMachine(cloud, output('MachineArn'), input) };
}

async function runMachine(
  on: Cloud,
  stateMachineArn: string,
  input: unknown,
): Promise<{ status: string; output: unknown }> {
  const states = on.client('states');
  const { executionArn } = await states.send<{ executionArn: string }>(
    new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
  );
  await on.states.ended(executionArn);
  const end = await states.send<{ status: string; output?: string }>(new DescribeExecutionCommand({ executionArn }));
  return { status: end.status, output: end.output && JSON.parse(end.output) };
}

describe('a deployed app with handlers in this process', () => {
  it('runs the state machine, functions under their roles, against table and bucket', async () => {
    const { run, output } = await deployed(async (event, context, runtime) => {
      await runtime.call('dynamodb', 'PutItem', { TableName: runtime.env.TABLE_NAME, Item: { pk: { S: 'a' } } });
      return { got: event, version: context.functionVersion };
    });
    expect(await run({ n: 1 })).toEqual({ status: 'SUCCEEDED', output: { got: { n: 1 }, version: '1' } });
    const item = await cloud
      .client('dynamodb')
      .send<object>(new GetItemCommand({ TableName: output('TableName'), Key: { pk: { S: 'a' } } }));
    expect(item).toMatchObject({ Item: { pk: { S: 'a' } } });
  });

  it('routes a thrown error by its name through Catch', async () => {
    const { run } = await deployed(() => Promise.reject(Object.assign(new Error('no'), { name: 'SourceChanged' })));
    const { output } = await run({});
    expect(output).toMatchObject({ undone: { Error: 'SourceChanged' } });
  });

  it('times out in virtual time, and what the handler does afterwards reaches no service', async () => {
    const calls: string[] = [];
    const { run } = await deployed(async (_, __, runtime) => {
      await runtime.clock.sleep(3_600_000);
      await runtime.call('dynamodb', 'PutItem', { TableName: runtime.env.TABLE_NAME, Item: { pk: { S: 'late' } } });
    });
    cloud.intercept((call, next) => {
      calls.push(call.operation);
      return next(call);
    });
    expect((await run({})).output).toMatchObject({ undone: { Error: 'Sandbox.Timedout' } });
    await cloud.clock.sleep(7_200_000);
    expect(calls).not.toContain('PutItem');
  });

  it('kills a running function', async () => {
    const { run, output } = await deployed((_, __, runtime) => runtime.clock.sleep(10_000));
    const ended = run({});
    while (cloud.kill(output('WorkName')) === 0) await new Promise(setImmediate);
    expect((await ended).output).toMatchObject({ undone: { Error: 'Runtime.ExitError' } });
  });

  it('holds what a handler left in flight until the sandbox thaws', async () => {
    const { run, output } = await deployed(async (_, __, runtime) => {
      void runtime.call('dynamodb', 'PutItem', { TableName: runtime.env.TABLE_NAME, Item: { pk: { S: 'late' } } });
    });
    const read = () =>
      cloud.call('dynamodb', 'GetItem', { TableName: output('TableName'), Key: { pk: { S: 'late' } } });
    await run({});
    await cloud.clock.sleep(60_000);
    expect(await read()).not.toHaveProperty('Item');
    const runner = cloud.runner as InProcessRunner;
    expect(runner.frozen()).toBe(1);
    expect(runner.thaw()).toBe(1);
    await cloud.clock.sleep(1);
    expect(await read()).toHaveProperty('Item');
  });

  it('lets an interceptor lose an answer, delay and refuse', async () => {
    const { run } = await deployed(async (_, __, runtime) => {
      const put = (pk: string) =>
        runtime.call('dynamodb', 'PutItem', { TableName: runtime.env.TABLE_NAME, Item: { pk: { S: pk } } }).then(
          () => 'done',
          (error: Error) => error.name,
        );
      const results = [await put('lost'), await put('slow'), await put('no')];
      const { Count } = await runtime.call('dynamodb', 'Scan', { TableName: runtime.env.TABLE_NAME });
      return { results, Count, now: runtime.clock.now() };
    });
    const started = cloud.clock.now();
    cloud.intercept(async (call, next) => {
      const pk = (call.input.Item as { pk?: { S: string } } | undefined)?.pk?.S;
      if (pk === 'no') throw new ServiceError('ThrottlingException', 'slow down');
      if (pk === 'slow') await cloud.clock.sleep(5_000);
      const answer = await next(call);
      if (pk === 'lost') throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
      return answer;
    });
    expect((await run({})).output).toEqual({
      results: ['TimeoutError', 'done', 'ThrottlingException'],
      Count: 2,
      now: started + 5_000,
    });
  });

  it('finds the handler whose name says most', async () => {
    cloud = new Cloud({
      clock: new VirtualClock(),
      handlers: { Wo: () => Promise.reject(new Error('of another')), Work: async () => 'mine', Undo: undo },
    });
    const [stack] = await deployAssembly(cloud, assembly);
    const machine = stack!.outputs.find(({ key }) => key === 'MachineArn')!.value;
    expect(await runMachine(cloud, machine, {})).toEqual({ status: 'SUCCEEDED', output: 'mine' });
  });

  it('says what is not implemented', async () => {
    cloud = new Cloud();
    await expect(cloud.call('glacier', 'ListVaults', {})).rejects.toThrow('not implemented here: the service glacier');
    await expect(
      cloud.client('dynamodb').send(new PutItemCommand({ TableName: 'none', Item: {} })),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('refuses a role what its policies do not grant, and knows which grants were not used', async () => {
    const { run, output } = await deployed(async (_, __, runtime) => {
      const named = (operation: string) =>
        runtime.call('dynamodb', operation, { TableName: runtime.env.TABLE_NAME }).then(
          () => 'allowed',
          (error: Error) => error.name,
        );
      return [await named('Scan'), await named('DeleteTable')];
    });
    expect((await run({})).output).toEqual(['allowed', 'AccessDeniedException']);
    await expect(cloud.call('dynamodb', 'DescribeTable', { TableName: output('TableName') })).resolves.toBeDefined();
    const unused = cloud.authorizer.unusedGrants().map(({ action }) => action);
    expect(unused).toContain('dynamodb:PutItem');
    expect(unused).not.toContain('dynamodb:Scan');
  });
});
