import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Clients } from '../../lambdas/adapters/clients.ts';
import { dynamoDbCleanUpList } from '../../lambdas/adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../../lambdas/adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../../lambdas/adapters/s3/object-store.ts';
import { type StackContract, stackContract } from '../../lambdas/contracts/stack-contract.ts';
import type { Step } from '../../lambdas/handlers/step.ts';
import { stepHandler } from '../../lambdas/handlers/step-handler.ts';
import { Cloud } from '../../local/cloud.ts';
import { deployAssembly } from '../../local/cloudformation/deploy.ts';
import { readTarZst } from '../../local/import/tar.ts';
import { InProcessClient } from '../../local/in-process-client.ts';
import type { InProcessHandler } from '../../local/lambda/in-process-runner.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import { testAssembly } from './assembly.ts';

const PROJECT = join(import.meta.dirname, '..', '..');

/** Places of the app that tests deploy; test/support/assembly.ts synthesizes it with them. */
export const ROOT = 's3://backups/prod';
export const SECOND_ROOT = 's3://backups/second';
export const SOURCE = 's3://hbase/root';
export const TARGET = 's3://hbase/restored';

const silent = { info: () => {}, error: () => {} };

/** Every step of the product, by its kebab-case name: the handlers as they are deployed, less the bundle. */
export async function productSteps(): Promise<Map<string, Step>> {
  const steps = new Map<string, Step>();
  for (const file of globSync('lambdas/handlers/*.handler.ts', { cwd: PROJECT })) {
    const module = (await import(join(PROJECT, file))) as { step: Step };
    steps.set(basename(file, '.handler.ts'), module.step);
  }
  return steps;
}

/** Ids that repeat from run to run. */
export function seededIds(seed = 1): Clients['ids'] {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let count = 0;
  return {
    unique: () =>
      `${(++count).toString(16).padStart(8, '0')}${Math.floor(next() * 2 ** 32)
        .toString(16)
        .padStart(8, '0')}`,
    random: next,
  };
}

export interface HoldfastCloud {
  readonly cloud: Cloud;
  readonly clock: VirtualClock;
  readonly stack: StackContract;
  readonly table: ReturnType<typeof dynamoDbSystemTable>;
  readonly cleanUp: ReturnType<typeof dynamoDbCleanUpList>;
  readonly objects: ReturnType<typeof s3ObjectStore>;
  /** The operator's clients. */
  readonly clients: Clients;
  /** Starts an execution and answers its ARN. */
  start(machine: keyof StackContract, input: object, name?: string): Promise<string>;
  /** Waits (in virtual time) until it has ended. */
  ended(executionArn: string): Promise<Ended>;
  run(machine: keyof StackContract, input: object, name?: string): Promise<Ended>;
  /** Every object, version and upload of a bucket below a prefix, as text lines: what "lists as before" compares. */
  listing(bucket: string, prefix?: string): Promise<string[]>;
}

export interface Ended {
  readonly arn: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/**
 * The synthesized app, deployed in an embedded AWS in memory and in virtual time; its Lambdas are the product's handlers
 * called in this process, each with its role's rights.
 */
export async function holdfastCloud(
  options: { readonly fixture?: string; readonly events?: boolean } = {},
): Promise<HoldfastCloud> {
  const clock = new VirtualClock(Date.UTC(2026, 10, 23, 9, 30));
  const ids = seededIds();
  const handlers: Record<string, InProcessHandler> = {};
  for (const [name, step] of await productSteps()) {
    handlers[step.name] = (event, context, runtime) => {
      const client = (service: string) =>
        new InProcessClient((operation, input, signal) => runtime.call(service, operation, input, signal)) as never;
      const clients: Clients = {
        s3: client('s3'),
        dynamodb: client('dynamodb'),
        sfn: client('states'),
        clock: runtime.clock,
        ids,
      };
      return stepHandler(step, { AWS_REGION: 'us-east-1', ...runtime.env }, clients, silent)(event, context);
    };
    void name;
  }
  let uuid = 0;
  const cloud = new Cloud({
    clock,
    handlers,
    events: options.events ?? false,
    random: ids.random,
    ids: () => `00000000-0000-4000-8000-${String(++uuid).padStart(12, '0')}`,
  });
  const operator = (service: string) => cloud.client(service) as never;
  const clients: Clients = { s3: operator('s3'), dynamodb: operator('dynamodb'), sfn: operator('states'), clock, ids };
  for (const bucket of ['backups', 'hbase']) await cloud.call('s3', 'CreateBucket', { Bucket: bucket });
  if (options.fixture) await importFixture(cloud, options.fixture, 'hbase', 'root');
  const stacks = await clock.busy(async () => deployAssembly(cloud, await testAssembly()));
  const outputs = Object.fromEntries(stacks.flatMap((s) => s.outputs.map(({ key, value }) => [key, value])));
  const stack = stackContract.parse(outputs);

  const start: HoldfastCloud['start'] = async (machine, input, name) => {
    const answer = await cloud.call('states', 'StartExecution', {
      stateMachineArn: stack[machine] as string,
      input: JSON.stringify(input),
      ...(name ? { name } : {}),
    });
    return answer.executionArn as string;
  };
  const ended: HoldfastCloud['ended'] = async (executionArn) => {
    for (;;) {
      const e = await cloud.call('states', 'DescribeExecution', { executionArn });
      if (e.status !== 'RUNNING') {
        return {
          arn: executionArn,
          status: e.status as string,
          output: e.output === undefined ? undefined : JSON.parse(e.output as string),
          error: e.error as string | undefined,
          cause: e.cause as string | undefined,
        };
      }
      await clock.sleep(1_000);
    }
  };
  return {
    cloud,
    clock,
    stack,
    clients,
    table: dynamoDbSystemTable(clients, stack.TableName),
    cleanUp: dynamoDbCleanUpList(clients, stack.TableName),
    objects: s3ObjectStore(clients),
    start,
    ended,
    run: async (machine, input, name) => ended(await start(machine, input, name)),
    async listing(bucket, prefix = '') {
      const objects = s3ObjectStore(clients);
      const lines: string[] = [];
      for await (const v of objects.listVersions(bucket, prefix))
        lines.push(`${v.key} ${v.isDeleteMarker ? 'marker' : `${v.size} ${v.etag}`}`);
      for await (const u of objects.listUploads(bucket, prefix)) lines.push(`${u.key} upload`);
      return lines.sort();
    },
  };
}

/** Puts a fixture's `hbase/` tree below `s3://<bucket>/<prefix>`. */
export async function importFixture(cloud: Cloud, fixture: string, bucket: string, prefix: string): Promise<void> {
  const archive = readFileSync(join(PROJECT, 'test', 'fixtures', 'hbase', `${fixture}.tar.zst`));
  for (const { path, bytes } of readTarZst(archive)) {
    const inner = /^[^/]+\/hbase\/(.*)$/.exec(path)?.[1];
    if (inner) await cloud.call('s3', 'PutObject', { Bucket: bucket, Key: `${prefix}/${inner}`, Body: bytes });
  }
}
