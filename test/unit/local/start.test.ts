import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DirectoryInUse } from '../../../local/directory-lock.ts';
import { type LocalCloud, startLocal } from '../../../local/start.ts';
import { synthTinyApp, temporaryDirectory } from './tiny-app/tiny-app.ts';
import { WORK_SOURCE } from './tiny-app/work-handler.ts';

const credentials = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'x' };
const clientOptions = (endpoint: string) => ({ endpoint, region: 'us-east-1', credentials });

/** A client's view of a local cloud, over HTTP. */
class Operator {
  readonly states: SFNClient;
  readonly endpoint: string;
  readonly outputs: Readonly<Record<string, string>>;

  constructor(endpoint: string, outputs: Readonly<Record<string, string>>) {
    this.endpoint = endpoint;
    this.outputs = outputs;
    this.states = new SFNClient(clientOptions(endpoint));
  }

  async start(input: unknown): Promise<string> {
    const { executionArn } = await this.states.send(
      new StartExecutionCommand({ stateMachineArn: this.outputs.MachineArn, input: JSON.stringify(input) }),
    );
    return executionArn!;
  }

  async end(
    executionArn: string,
  ): Promise<{ status: string | undefined; output: Record<string, unknown>; error: string | undefined }> {
    for (;;) {
      const { status, output, error } = await this.states.send(new DescribeExecutionCommand({ executionArn }));
      if (status !== 'RUNNING') return { status, output: output ? JSON.parse(output) : {}, error };
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async run(input: unknown) {
    return this.end(await this.start(input));
  }

  async item(pk: string) {
    const command = new GetItemCommand({ TableName: this.outputs.TableName, Key: { pk: { S: pk } } });
    return (await new DynamoDBClient(clientOptions(this.endpoint)).send(command)).Item;
  }
}

describe('a deployed app with functions in child processes', () => {
  let local: LocalCloud;
  let operator: Operator;
  const dir = temporaryDirectory();
  beforeAll(async () => {
    const assemblyDir = synthTinyApp({ work: WORK_SOURCE, timeoutSeconds: 2 });
    local = await startLocal({ dir, assemblyDir, schedules: false });
    operator = new Operator(local.endpoint, local.outputs.Tiny!);
  });
  afterAll(() => local.close());

  const killWhenRunning = async () => {
    while (local.cloud.kill(operator.outputs.WorkName!) === 0) await new Promise((r) => setTimeout(r, 5));
  };

  it('runs the bundle with its environment, against the one endpoint', async () => {
    const { status, output } = await operator.run({ put: 'one' });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ event: { put: 'one' }, version: '1', left: true, name: operator.outputs.WorkName });
    expect(output.arn).toMatch(/:function:Tiny-Work.*:1$/);
    expect(await operator.item('one')).toMatchObject({ pk: { S: 'one' } });
    const objects = new S3Client(clientOptions(local.endpoint));
    const object = await objects.send(new GetObjectCommand({ Bucket: operator.outputs.BucketName, Key: 'one' }));
    expect(await object.Body!.transformToString()).toBe('text');
    const log = readFileSync(join(dir, 'logs', `${operator.outputs.WorkName}.log`), 'utf8');
    for (const line of [/^START RequestId: /m, /^pid \d+$/m, /^REPORT RequestId: .* Duration: \d/m])
      expect(log).toMatch(line);
  });

  it('uses a process again', async () => {
    const [first, second] = [await operator.run({}), await operator.run({})];
    expect(second.output).toMatchObject({ pid: first.output.pid, calls: Number(first.output.calls) + 1 });
  });

  it.each([
    ['a thrown error', { fail: 'SourceChanged' }, { Error: 'SourceChanged' }],
    ['an exit', { exit: 3 }, { Error: 'Runtime.ExitError', Cause: expect.stringContaining('exit status 3') }],
    ['a time-out', { sleepMs: 60_000 }, { Error: 'Sandbox.Timedout', Cause: expect.stringContaining('2.00 seconds') }],
  ])('leads %s to Catch', async (_, input, undone) => {
    expect((await operator.run(input)).output).toMatchObject({ undone });
    expect((await operator.run({})).status).toBe('SUCCEEDED');
  });

  it('leads a killed process to Catch', async () => {
    const execution = await operator.start({ sleepMs: 60_000 });
    await killWhenRunning();
    expect((await operator.end(execution)).output).toMatchObject({
      undone: { Error: 'Runtime.ExitError', Cause: expect.stringContaining('signal: killed') },
    });
  });

  it('lets a function in flight outlive StopExecution', async () => {
    const execution = await operator.start({ sleepMs: 60_000 });
    while (!(await isRunning())) await new Promise((r) => setTimeout(r, 5));
    await operator.states.send(new StopExecutionCommand({ executionArn: execution }));
    expect((await operator.end(execution)).status).toBe('ABORTED');
    expect(local.cloud.kill(operator.outputs.WorkName!)).toBe(1);
  });
  const isRunning = async () => {
    const log = readFileSync(join(dir, 'logs', `${operator.outputs.WorkName}.log`), 'utf8');
    return log.lastIndexOf('START') > log.lastIndexOf('REPORT');
  };

  it('freezes what a handler left in flight, and thaws it with the next invocation', async () => {
    await operator.run({ leave: 'late' });
    await new Promise((r) => setTimeout(r, 100));
    expect(await operator.item('late')).toBeUndefined();
    // Each invocation lets it go on for a while; it ends when it has arrived, or with this test's time-out.
    while (!(await operator.item('late'))) await operator.run({ sleepMs: 50 });
  });

  it('runs no more than four processes at once', async () => {
    const runs = await Promise.all(Array.from({ length: 6 }, () => operator.run({ sleepMs: 100 })));
    expect(runs.map(({ status }) => status)).toEqual(Array(6).fill('SUCCEEDED'));
    expect(new Set(runs.map(({ output }) => output.pid)).size).toBeLessThanOrEqual(4);
  });

  it('answers AccessDenied to the SDK of a function whose role lacks the grant', async () => {
    expect((await operator.run({ forbidden: true })).output).toMatchObject({
      undone: { Error: 'AccessDeniedException', Cause: expect.stringContaining('dynamodb:ListTables') },
    });
  });

  it('takes a directory for one process alone', async () => {
    await expect(startLocal({ dir, assemblyDir: 'none' })).rejects.toBeInstanceOf(DirectoryInUse);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Processes of functions, idle and at work: each tells its own id. */
async function pidsIn(dir: string): Promise<number[]> {
  const logs = readdirSync(join(dir, 'logs')).map((name) => readFileSync(join(dir, 'logs', name), 'utf8'));
  return [...new Set(logs.flatMap((log) => [...log.matchAll(/^pid (\d+)$/gm)].map((match) => Number(match[1]))))];
}

describe('a local cloud that is killed', () => {
  const started: ChildProcess[] = [];
  afterEach(() => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
  });

  const startProcess = async (dir: string, assembly: string): Promise<{ child: ChildProcess; operator: Operator }> => {
    const script = join(import.meta.dirname, 'tiny-app', 'local-process.ts');
    const child = spawn(process.execPath, [script, dir, assembly], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    for await (const line of createInterface({ input: child.stdout! })) {
      const { endpoint, outputs } = JSON.parse(line);
      return { child, operator: new Operator(endpoint, outputs) };
    }
    throw new Error('the process ended before it was ready');
  };

  it('comes back with its data; running executions are ABORTED; a new deploy makes a new version', async () => {
    const dir = temporaryDirectory();
    const first = await startProcess(dir, synthTinyApp({ work: WORK_SOURCE }));
    const done = await first.operator.start({ put: 'kept' });
    await first.operator.end(done);
    const running = await first.operator.start({ sleepMs: 60_000 });
    await first.operator.run({});
    const pids = await pidsIn(dir);
    first.child.kill('SIGKILL');
    await new Promise((resolve) => first.child.once('close', resolve));
    expect(pids).toHaveLength(2);
    while (pids.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 10));

    const { operator } = await startProcess(dir, synthTinyApp({ work: WORK_SOURCE, variant: 'second' }));
    expect(operator.outputs).toEqual(first.operator.outputs);
    expect((await operator.end(done)).status).toBe('SUCCEEDED');
    expect((await operator.end(running)).status).toBe('ABORTED');
    expect(await operator.item('kept')).toBeDefined();
    expect((await operator.run({})).output).toMatchObject({ version: '2', variant: 'second', calls: 1 });
    expect(readdirSync(join(dir, 'code')).filter((name) => !name.includes('.'))).toHaveLength(2);
  }, 120_000);
});
