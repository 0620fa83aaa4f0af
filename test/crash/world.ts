import type { Clients } from '../../lambdas/adapters/clients.ts';
import { dynamoDbCleanUpList } from '../../lambdas/adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../../lambdas/adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../../lambdas/adapters/s3/object-store.ts';
import type { StackContract } from '../../lambdas/contracts/stack-contract.ts';
import { ACCOUNT_ID, DEFAULT_REGION } from '../../local/account.ts';
import { DynamoDbService } from '../../local/dynamodb/dynamodb-service.ts';
import { Hub, type Output } from '../../local/hub.ts';
import { InProcessClient } from '../../local/in-process-client.ts';
import { InProcessRunner } from '../../local/lambda/in-process-runner.ts';
import { LambdaService } from '../../local/lambda/lambda-service.ts';
import { S3Service } from '../../local/s3/s3-service.ts';
import type { Caller } from '../../local/service.ts';
import { StepFunctionsService } from '../../local/stepfunctions/stepfunctions-service.ts';
import { VirtualClock } from '../../local/virtual-clock.ts';
import type { Machine } from '../support/fault-bench.ts';
import type { Ended } from '../support/holdfast-cloud.ts';
import type { DeployedApp } from './deployed-app.ts';
import { LayeredBlobs } from './layered-blobs.ts';

/** A world at rest: all that a later one begins with. Never changed. */
export interface WorldState {
  readonly nowMs: number;
  /** Ids that were given out, so that none comes twice. */
  readonly ids: number;
  readonly blobs: LayeredBlobs;
  readonly s3: readonly unknown[];
  readonly dynamodb: readonly unknown[];
  readonly executions: readonly unknown[];
}

const START = Date.UTC(2026, 10, 23, 9, 30);
const OPERATOR: Caller = { kind: 'operator' };

/**
 * The deployed app in memory, in virtual time, with chance from a seed: the same calls give the same world. Costs little
 * to make, so that every case has its own; what an abandoned case leaves in flight reaches nobody.
 */
export class World {
  readonly app: DeployedApp;
  readonly clock: VirtualClock;
  readonly hub = new Hub();
  readonly stack: StackContract;
  readonly runner: InProcessRunner;
  readonly objects: ReturnType<typeof s3ObjectStore>;
  readonly table: ReturnType<typeof dynamoDbSystemTable>;
  readonly cleanUp: ReturnType<typeof dynamoDbCleanUpList>;
  readonly #s3: S3Service;
  readonly #dynamodb: DynamoDbService;
  readonly states: StepFunctionsService;
  readonly #blobs: LayeredBlobs;
  #ids: number;
  #isOver = false;

  constructor(app: DeployedApp, state?: WorldState, seed = 1) {
    this.app = app;
    this.stack = app.stack;
    this.#ids = state?.ids ?? 0;
    this.clock = new VirtualClock(state ? state.nowMs + 60_000 : START);
    const ids = this.#seeded(seed);
    const uuid = () => `00000000-0000-4000-8000-${this.#next(12)}`;
    app.runs({ clock: this.clock, ids, uuid });
    const place = { clock: this.clock, region: DEFAULT_REGION, accountId: ACCOUNT_ID };
    this.#blobs = new LayeredBlobs(state?.blobs);
    this.#s3 = new S3Service({
      ...{ ...place, blobs: this.#blobs, records: state?.s3 ?? app.s3 },
      ids: { next: (kind) => `${kind}-${this.#next(6)}` },
    });
    this.#dynamodb = new DynamoDbService(place, state?.dynamodb ?? app.dynamodb);
    this.states = new StepFunctionsService({
      ...{ ...place, ids: uuid, random: ids.random, machines: app.machines, records: state?.executions ?? [] },
      invoke: ({ service, operation, input, roleArn }) => this.call(service, operation, input, roleOf(roleArn)),
    });
    this.runner = new InProcessRunner({
      ...{ clock: this.clock, handlers: app.handlers },
      call: (roleArn, service, operation, input, signal) =>
        this.call(service, operation, input, roleOf(roleArn), signal),
    });
    const { clock, runner } = this;
    const quiet = { notify: async () => {}, log: () => {} };
    this.hub.register('s3', this.#s3);
    this.hub.register('dynamodb', this.#dynamodb);
    this.hub.register('states', this.states);
    this.hub.register('lambda', new LambdaService({ functions: app.functions, runner, clock, ...quiet }));
    this.hub.authorize = app.authorize;
    this.hub.intercept(app.hideAbsence);
    const operator = (service: string) =>
      new InProcessClient((operation, input, signal) =>
        this.call(service, operation, input, OPERATOR, signal),
      ) as never;
    const clients: Clients = {
      ...{ s3: operator('s3'), dynamodb: operator('dynamodb'), sfn: operator('states') },
      ...{ clock, ids },
    };
    this.objects = s3ObjectStore(clients);
    this.table = dynamoDbSystemTable(clients, this.stack.TableName);
    this.cleanUp = dynamoDbCleanUpList(clients, this.stack.TableName);
  }

  call(service: string, operation: string, input: Output, caller = OPERATOR, signal?: AbortSignal): Promise<Output> {
    if (this.#isOver) return new Promise(() => {});
    const requestId = `request-${this.#next(6)}`;
    return this.hub.call(service, operation, input, { caller, requestId, ...(signal && { signal }) });
  }

  // ---- executions

  async start(machine: Machine, input: object, name?: string): Promise<string> {
    const answer = await this.call('states', 'StartExecution', {
      ...{ stateMachineArn: this.stack[machine], input: JSON.stringify(input), ...(name && { name }) },
    });
    return answer.executionArn as string;
  }

  /** Waits, in virtual time, until it has ended. */
  async ended(executionArn: string): Promise<Ended> {
    await this.states.ended(executionArn);
    const e = await this.call('states', 'DescribeExecution', { executionArn });
    return {
      ...{ arn: executionArn, status: e.status as string },
      output: e.output === undefined ? undefined : (JSON.parse(e.output as string) as unknown),
      ...{ error: e.error as string | undefined, cause: e.cause as string | undefined },
    };
  }

  async run(machine: Machine, input: object): Promise<Ended> {
    return this.ended(await this.start(machine, input));
  }

  /** ARNs of top-level executions that run, or of all. */
  executions(status?: string): string[] {
    const found: string[] = [];
    for (const record of this.states.records() as Iterable<ExecutionLine>) {
      if (record.kind !== 'execution' || record.origin.mapRunArn !== undefined) continue;
      if (status === undefined || record.status === status) found.push(record.origin.arn);
    }
    return found;
  }

  /** As the schedule does every five minutes: repairs of abandoned sessions are started. */
  async sweep(): Promise<void> {
    const { name } = this.app.functions.list().find(({ logicalId }) => logicalId.startsWith('FindAbandonedSessions'))!;
    await this.call('lambda', 'Invoke', { FunctionName: name, Payload: '{"contract":1}' });
  }

  async listing(bucket: string, prefix = ''): Promise<string[]> {
    const lines: string[] = [];
    for await (const v of this.objects.listVersions(bucket, prefix))
      lines.push(`${v.key} ${v.isDeleteMarker ? 'marker' : `${v.size} ${v.etag}`}`);
    for await (const u of this.objects.listUploads(bucket, prefix)) lines.push(`${u.key} upload`);
    return lines.sort();
  }

  // ---- its end

  /** All of it, to begin other worlds with. */
  state(): WorldState {
    const executions: unknown[] = [];
    for (const record of this.states.records() as Iterable<ExecutionLine>)
      if (record.kind === 'execution' && record.origin.mapRunArn === undefined)
        executions.push({ ...record, events: [] });
    return {
      ...{ nowMs: this.clock.now(), ids: this.#ids, blobs: this.#blobs },
      ...{ s3: [...this.#s3.records()], dynamodb: [...this.#dynamodb.records()], executions },
    };
  }

  /** Nothing of it goes on: calls are not answered any more. */
  end(): void {
    this.#isOver = true;
    void this.runner.close();
  }

  #next(digits: number): string {
    return String(++this.#ids).padStart(digits, '0');
  }

  #seeded(seed: number): Clients['ids'] {
    let state = (seed * 2_654_435_761 + this.#ids) >>> 0;
    return {
      unique: () => `${this.#next(8)}${(seed >>> 0).toString(16).padStart(8, '0')}`,
      random: () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32;
      },
    };
  }
}

interface ExecutionLine {
  readonly kind: string;
  readonly status: string;
  readonly origin: { readonly arn: string; readonly mapRunArn?: string };
}

const roleOf = (roleArn: string): Caller => ({ kind: 'role', roleArn });
