import { readFileSync } from 'node:fs';
import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, PutBucketVersioningCommand, type S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import type { Clients } from '../../lambdas/adapters/clients.ts';
import type { Step, StepFunction } from '../../lambdas/handlers/step.ts';
import { DynamoDbService } from '../../local/dynamodb/dynamodb-service.ts';
import { Hub, type Output } from '../../local/hub.ts';
import { InProcessClient } from '../../local/in-process-client.ts';
import { S3Service } from '../../local/s3/s3-service.ts';
import type { CallContext } from '../../local/service.ts';
import { StepFunctionsService } from '../../local/stepfunctions/stepfunctions-service.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';

const region = 'eu-west-1';
const accountId = '123456789012';
const roleArn = `arn:aws:iam::${accountId}:role/machine`;
const operator: CallContext = { caller: { kind: 'operator' }, requestId: 'test' };

export const WORK_BUCKET = 'work-bucket';
export const SYSTEM_BUCKET = 'system-bucket';
export const TABLE_NAME = 'system-table';

export interface WorldOptions {
  readonly roots: readonly string[];
  readonly sources?: readonly string[];
  readonly targets?: readonly string[];
  /** Buckets besides those of the stack and of the places above. */
  readonly buckets?: readonly string[];
  readonly versioned?: boolean;
}

export interface Ended {
  readonly arn: string;
  readonly status: string;
  readonly output: unknown;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}

/**
 * The embedded AWS in this process and in virtual time, without HTTP, IAM and bundles: handlers are called directly,
 * with the real adapters. Calls of S3, DynamoDB, Step Functions and Lambda all go through {@link hub}, where a test
 * may watch them and inject faults.
 */
export class World {
  /** Behind the fixtures' snapshots. */
  readonly clock = new VirtualClock(Date.UTC(2026, 10, 23, 18));
  readonly hub = new Hub();
  readonly clients: Clients;
  readonly environment: Readonly<Record<string, string>>;
  readonly #steps = new Map<string, StepFunction>();
  readonly #machines = new Map<string, string>();
  #ids = 0;

  private constructor(options: WorldOptions) {
    const common = { clock: this.clock, region, accountId };
    this.hub.register('s3', new S3Service(common));
    this.hub.register('dynamodb', new DynamoDbService(common));
    const states = new StepFunctionsService({
      ...common,
      ids: () => `00000000-0000-4000-8000-${String(++this.#ids).padStart(12, '0')}`,
      random: () => 0.5,
      // Real work of this process (compression, promises) takes no virtual time.
      invoke: ({ service, operation, input }) => {
        const call = () => this.hub.call(service, operation, input, operator);
        return service === 'states' ? call() : this.clock.busy(call);
      },
    });
    this.hub.register('states', states);
    this.hub.register('lambda', { call: (_operation, input) => this.#invoke(input) });
    const client = <C>(service: string) =>
      new InProcessClient((operation, input) => this.hub.call(service, operation, input, operator)) as unknown as C;
    this.clients = {
      s3: client<S3Client>('s3'),
      dynamodb: client<DynamoDBClient>('dynamodb'),
      sfn: client<SFNClient>('states'),
      // A step's own waits pass at once: the state machine's time stands still while a function runs.
      clock: { now: () => this.clock.now(), sleep: () => new Promise((resolve) => setImmediate(resolve)) },
      ids: { unique: () => (++this.#ids).toString(16).padStart(24, '0'), random: () => 0.5 },
    };
    const { roots, sources = [], targets = [] } = options;
    this.environment = {
      TABLE_NAME,
      TABLE_ARN: `arn:aws:dynamodb:${region}:${accountId}:table/${TABLE_NAME}`,
      SYSTEM_BUCKET,
      WORK_BUCKET,
      ROOTS: JSON.stringify(roots),
      SOURCES: JSON.stringify(sources),
      LOGS: '[]',
      TARGETS: JSON.stringify(targets),
      STEP_LIFE_SECONDS: '2700',
      AWS_REGION: region,
    };
  }

  static async create(options: WorldOptions): Promise<World> {
    const world = new World(options);
    const places = [...options.roots, ...(options.sources ?? []), ...(options.targets ?? [])];
    const named = places.map((place) => new URL(place).hostname);
    for (const Bucket of new Set([WORK_BUCKET, SYSTEM_BUCKET, ...(options.buckets ?? []), ...named])) {
      await world.clients.s3.send(new CreateBucketCommand({ Bucket }));
      if (!options.versioned) continue;
      const VersioningConfiguration = { Status: 'Enabled' } as const;
      await world.clients.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    }
    await world.clients.dynamodb.send(
      new CreateTableCommand({
        TableName: TABLE_NAME,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      }),
    );
    return world;
  }

  /** The step of a handler, bound to this world. */
  async step(name: string): Promise<StepFunction> {
    const known = this.#steps.get(name);
    if (known) return known;
    Object.assign(process.env, this.environment);
    const file = `${name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.handler.ts`;
    const { step } = (await import(new URL(`../../lambdas/handlers/${file}`, import.meta.url).href)) as { step: Step };
    const run = step.create(this.environment, this.clients);
    this.#steps.set(name, run);
    return run;
  }

  /** Calls a step directly, as its state would. */
  async call<O = Record<string, unknown>>(name: string, input: object, stopInMs = 14 * 60_000): Promise<O> {
    const run = await this.step(name);
    return (await run({ contract: 1, ...input }, { stopAt: this.clock.now() + stopInMs })) as O;
  }

  /** Makes the state machine of `statemachines/<name>.asl.json`, and those that it starts must be made before. */
  async deploy(name: string): Promise<string> {
    const made = this.#machines.get(name);
    if (made !== undefined) return made;
    const text = readFileSync(new URL(`../../statemachines/${name}.asl.json`, import.meta.url), 'utf8');
    const definition = text.replace(/\$\{(\w+)\}/g, (_, placeholder: string) => this.#substitute(placeholder));
    const answer = await this.clients.sfn.send(new CreateStateMachineCommand({ name, definition, roleArn }));
    this.#machines.set(name, answer.stateMachineArn ?? '');
    return answer.stateMachineArn ?? '';
  }

  async start(machine: string, input: object, name?: string): Promise<string> {
    const stateMachineArn = await this.deploy(machine);
    const started = await this.clients.sfn.send(
      new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), ...(name && { name }) }),
    );
    return started.executionArn ?? '';
  }

  /** Waits, in virtual time, until the execution has ended. */
  async end(executionArn: string): Promise<Ended> {
    for (;;) {
      const { status, output, error, cause } = await this.clients.sfn.send(
        new DescribeExecutionCommand({ executionArn }),
      );
      if (status !== 'RUNNING') {
        return { arn: executionArn, status: status ?? '', output: output && JSON.parse(output), error, cause };
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async run(machine: string, input: object, name?: string): Promise<Ended> {
    return this.end(await this.start(machine, input, name));
  }

  #substitute(placeholder: string): string {
    if (placeholder === 'Partition') return 'aws';
    if (placeholder === 'WorkBucket') return WORK_BUCKET;
    if (placeholder.endsWith('Function'))
      return `arn:aws:lambda:${region}:${accountId}:function:${placeholder.slice(0, -8)}:1`;
    const machine = placeholder.replace(/StateMachine$/, '').replace(/(?<!^)([A-Z])/g, '-$1');
    return `arn:aws:states:${region}:${accountId}:stateMachine:${machine.toLowerCase()}`;
  }

  /** What Lambda answers to Invoke, as `lambdaHandler` would make it. */
  async #invoke(input: Record<string, unknown>): Promise<Output> {
    const name = String(input.FunctionName).split(':')[6] ?? '';
    const answer = { StatusCode: 200, ExecutedVersion: '1' };
    const payload = (value: unknown) => new TextEncoder().encode(JSON.stringify(value ?? null));
    try {
      const run = await this.step(name);
      const output = await run(JSON.parse(String(input.Payload)), { stopAt: this.clock.now() + 14 * 60_000 });
      return { ...answer, Payload: payload(output) };
    } catch (thrown) {
      const { name: errorType, message } = thrown as Error;
      const errorMessage = thrown instanceof HoldfastError && thrown.hint ? `${message}\n${thrown.hint}` : message;
      return { ...answer, FunctionError: 'Unhandled', Payload: payload({ errorType, errorMessage, trace: [] }) };
    }
  }
}
