import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT_ID, DEFAULT_REGION } from './account.ts';
import { type Clock, systemClock } from './clock.ts';
import { CloudJournals } from './cloud-journals.ts';
import { CloudFormationService } from './cloudformation/cloudformation-service.ts';
import { StackStore } from './cloudformation/stack-store.ts';
import { CloudWatchService } from './cloudwatch/cloudwatch-service.ts';
import { DynamoDbService } from './dynamodb/dynamodb-service.ts';
import { deliver } from './events/deliver.ts';
import { EventBus } from './events/event-bus.ts';
import { Scheduler } from './events/scheduler.ts';
import { statusEvent } from './events/status-event.ts';
import { Hub, type Interceptor, type Output } from './hub.ts';
import { authorizeCalls, hideAbsence } from './iam/authorize-calls.ts';
import { Authorizer } from './iam/authorizer.ts';
import { InProcessClient } from './in-process-client.ts';
import { KmsService } from './kms/kms-service.ts';
import { CodeStore } from './lambda/code-store.ts';
import type { FunctionConfig, FunctionRunner } from './lambda/function-config.ts';
import { functionEnvironment } from './lambda/function-environment.ts';
import { FunctionLogs } from './lambda/function-logs.ts';
import { FunctionStore } from './lambda/function-store.ts';
import { type InProcessHandler, InProcessRunner } from './lambda/in-process-runner.ts';
import { KeptVersions } from './lambda/kept-versions.ts';
import { LambdaService } from './lambda/lambda-service.ts';
import { ProcessRunner } from './lambda/process-runner.ts';
import { LogsService } from './logs/logs-service.ts';
import { RoleStore } from './role-store.ts';
import { S3Service } from './s3/s3-service.ts';
import type { CallContext, Caller } from './service.ts';
import { SnsService } from './sns/sns-service.ts';
import { SqsService } from './sqs/sqs-service.ts';
import { SsmService } from './ssm/ssm-service.ts';
import { StepFunctionsService } from './stepfunctions/stepfunctions-service.ts';
import { StsService } from './sts/sts-service.ts';

export interface CloudOptions {
  /** Default: the machine's time. */
  readonly clock?: Clock;
  readonly region?: string;
  /** Where state is kept; default: in memory. One process at a time (see directory-lock.ts). */
  readonly dir?: string;
  /** Given: functions run in this process, by these handlers. Default: the bundles, in child processes. */
  readonly handlers?: Readonly<Record<string, InProcessHandler>>;
  /** Do schedules fire by themselves? Default: no; see {@link Scheduler.fire}. */
  readonly schedules?: boolean;
  /** Do events reach rules? Default: yes. */
  readonly events?: boolean;
  readonly log?: (line: string) => void;
  readonly ids?: () => string;
  readonly random?: () => number;
}

export const OPERATOR: Caller = { kind: 'operator' };

/** The embedded AWS: one account, one region, all services, and the one `call` that every request goes through. */
export class Cloud {
  readonly clock: Clock;
  readonly region: string;
  readonly hub = new Hub();
  readonly roles = new RoleStore();
  /** Judges every call of a role; knows which grants were never used. */
  readonly authorizer = new Authorizer(this.roles);
  readonly functions = new FunctionStore();
  readonly runner: FunctionRunner;
  readonly code: CodeStore;
  readonly logFiles: FunctionLogs;
  readonly stacks: StackStore;
  readonly s3: S3Service;
  readonly dynamodb: DynamoDbService;
  readonly states: StepFunctionsService;
  readonly events: EventBus;
  readonly scheduler: Scheduler;
  readonly sns: SnsService;
  readonly sqs: SqsService;
  readonly kms = new KmsService();
  readonly ssm: SsmService;
  readonly logs: LogsService;
  readonly cloudwatch = new CloudWatchService();
  /** `http://127.0.0.1:<port>`, for functions in child processes; the server sets it. */
  endpoint: string | undefined;
  readonly #dir: string | undefined;
  readonly #ids: () => string;
  readonly #journals: CloudJournals;
  readonly #versions: KeptVersions;
  #isClosed = false;
  /** Access key → the role whose function was given it. */
  readonly #accessKeys = new Map<string, string>();

  constructor(options: CloudOptions = {}) {
    const { clock = systemClock, region = DEFAULT_REGION, dir, log = () => {}, ids = randomUUID } = options;
    this.clock = clock;
    this.region = region;
    this.#dir = dir;
    this.#ids = ids;
    const place = { clock, region, accountId: ACCOUNT_ID };
    if (dir) mkdirSync(dir, { recursive: true });
    this.#journals = new CloudJournals(dir);

    this.s3 = dir ? S3Service.open(join(dir, 's3'), place) : new S3Service(place);
    this.dynamodb = this.#journals.persistent(
      'dynamodb',
      (records, journal) => new DynamoDbService({ ...place, journal }, records),
    );
    this.states = this.#journals.persistent('states', (records, journal) => {
      const { random = Math.random } = options;
      return new StepFunctionsService({
        ...{ ...place, ids, random, journal, records },
        invoke: ({ service, operation, input, roleArn }) => this.call(service, operation, input, roleOf(roleArn)),
      });
    });
    this.#versions = new KeptVersions(this.functions, this.#journals.open('functions'));

    this.code = new CodeStore(dir && join(dir, 'code'));
    this.logFiles = new FunctionLogs(dir && join(dir, 'logs'), log);
    this.runner = options.handlers ? this.#inProcess(options.handlers) : this.#processes();
    this.stacks = new StackStore(dir && join(dir, 'stacks.json'));
    const ports = {
      call: (roleArn: string | undefined, service: string, operation: string, input: Output) =>
        this.call(service, operation, input, roleArn ? roleOf(roleArn) : OPERATOR),
      isFunctionPermitted: (functionArn: string, principal: string, sourceArn: string) =>
        this.functions.isPermitted(this.functions.resolve(functionArn).config.name, principal, sourceArn),
    };
    this.events = new EventBus({ ...ports, clock, region, log, isOn: options.events ?? true });
    this.scheduler = new Scheduler({ ...ports, clock, log, isOn: options.schedules ?? false });
    const send = (principal: string) => (targetArn: string, message: Output) =>
      deliver(
        { principal, sourceArn: '*', targetArn, input: JSON.stringify(message) },
        { ...ports, isFunctionPermitted: () => true },
      );
    this.sns = new SnsService(send('sns.amazonaws.com'), log);
    this.sqs = new SqsService(clock, region);
    this.ssm = new SsmService(clock, region);
    this.logs = new LogsService(region);
    const lambda = new LambdaService({
      ...{ functions: this.functions, runner: this.runner, clock, log },
      notify: send('lambda.amazonaws.com'),
    });

    const { hub } = this;
    for (const [name, service] of Object.entries({
      ...{ s3: this.s3, dynamodb: this.dynamodb, states: this.states, lambda, events: this.events },
      ...{ scheduler: this.scheduler, sns: this.sns, sqs: this.sqs, kms: this.kms, ssm: this.ssm, logs: this.logs },
      ...{ cloudwatch: this.cloudwatch, sts: new StsService(), cloudformation: new CloudFormationService(this.stacks) },
    })) {
      hub.register(name, service);
    }
    const judged = {
      ...place,
      partitionKey: (table: string, index: string | undefined) => this.dynamodb.partitionKey(table, index),
    };
    hub.authorize = authorizeCalls(this.authorizer, judged);
    hub.intercept(hideAbsence(this.authorizer, judged));
    this.states.onStatusChange((change) => void this.events.publish(...statusEvent(change)));
  }

  /** One call, through interceptors and authorization. */
  call(
    service: string,
    operation: string,
    input: Output,
    caller: Caller = OPERATOR,
    signal?: AbortSignal,
  ): Promise<Output> {
    if (this.#isClosed) return new Promise(() => {});
    const context: CallContext = { caller, requestId: this.#ids(), ...(signal ? { signal } : {}) };
    return this.hub.call(service, operation, input, context);
  }

  /** Stands where an SDK client stands. */
  client(service: string, caller: Caller = OPERATOR): InProcessClient {
    return new InProcessClient((operation, input, signal) => this.call(service, operation, input, caller, signal));
  }

  /** Sees every call from now on; answers how to take it away. */
  intercept(interceptor: Interceptor): () => void {
    return this.hub.intercept(interceptor);
  }

  /** Kills what runs the function now, as if by a signal. How many invocations that cut. */
  kill(functionName: string): number {
    return this.runner.kill(this.functions.resolve(functionName).config.name);
  }

  /** Whose key a request is signed with: a function's role, or else the operator. */
  callerOf(accessKey: string | undefined): Caller {
    const roleArn = accessKey === undefined ? undefined : this.#accessKeys.get(accessKey);
    return roleArn === undefined ? OPERATOR : roleOf(roleArn);
  }

  /** After a deploy: keeps what must outlive the process, readies processes for the functions' sizes. */
  deployed(): void {
    this.#versions.keep();
    if (this.runner instanceof ProcessRunner) this.runner.prepare(this.functions.list().map((one) => one.memoryMb));
  }

  /**
   * Ends all at once, as a kill does: calls under way are not answered any more, running executions stay RUNNING in
   * the journal and become ABORTED when the directory is opened again.
   */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#journals.stop();
    this.scheduler.close();
    await this.runner.close();
    this.code.close();
    this.logFiles.close();
    this.#journals.close();
  }

  #inProcess(handlers: Readonly<Record<string, InProcessHandler>>): InProcessRunner {
    return new InProcessRunner({
      clock: this.clock,
      handlers,
      call: (roleArn, service, operation, input, signal) =>
        this.call(service, operation, input, roleOf(roleArn), signal),
    });
  }

  #processes(): ProcessRunner {
    return new ProcessRunner({
      environment: (config) => this.#environment(config),
      compileCache: this.#dir && join(this.#dir, 'compile-cache'),
      onOutput: (name, text) => this.logFiles.write(name, text),
    });
  }

  /** With a key of its own, by which its calls are known as its role's. */
  #environment(config: FunctionConfig): Record<string, string> {
    const { region, endpoint } = this;
    const environment = functionEnvironment(config, { region, endpoint });
    this.#accessKeys.set(environment.AWS_ACCESS_KEY_ID, config.roleArn);
    return environment;
  }
}

const roleOf = (roleArn: string): Caller => ({ kind: 'role', roleArn });
