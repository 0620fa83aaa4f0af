import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';

/** What an outside implementation may be known not to have. */
export type Lack =
  | 'virtual time'
  | 'error names'
  | 'batcher'
  | 'result writer'
  | 'heartbeat'
  | 'redrive'
  | 'idempotent start'
  | 'uncatchable errors'
  | 'hold'
  | 'validation'
  | 'throttle'
  | 'map runs'
  | 'versions'
  | 'test state'
  | 'history'
  | 'jsonata additions'
  | 'variable scopes'
  | 'nested';

export interface StepFunctionsSubject {
  readonly client: Pick<SFNClient, 'send'>;
  readonly roleArn: string;
  /** A function that behaves as its event says, see {@link FunctionEvent}. */
  readonly functionArn: string;
  readonly bucket: string;
  putObject(key: string, text: string): Promise<void>;
  getObject(key: string): Promise<string>;
  /** Lets the functions that are held under this key answer. */
  release(key: string): void;
  /** How many functions are held under this key. */
  held(key: string): number;
  close(): Promise<void>;
}

/** What the function of a subject does. */
export type FunctionEvent =
  | { readonly kind: 'echo'; readonly value: unknown }
  | { readonly kind: 'throw'; readonly name: string; readonly message: string }
  /** Throws for the first `times` calls of a key. */
  | { readonly kind: 'flaky'; readonly key: string; readonly times: number; readonly name: string }
  | { readonly kind: 'sleep'; readonly ms: number }
  /** Answers when released. */
  | { readonly kind: 'hold'; readonly key: string };

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type States = { [name: string]: Json };

/** A definition around states, in JSONata. */
export const machineOf = (states: States, startAt = Object.keys(states)[0]!, more: States = {}): string =>
  JSON.stringify({ QueryLanguage: 'JSONata', StartAt: startAt, States: states, ...more });

/** A definition of one state that ends. */
export const alone = (state: States): string => machineOf({ Only: state });

export interface Ended {
  readonly execution: DescribeExecutionOutput;
  readonly events: HistoryEvent[];
  /** The output, parsed. */
  readonly output: unknown;
}

let count = 0;
/** A name of its own in every run, outside implementations keep their state. */
export const freshName = (): string => `t${Date.now().toString(36)}-${++count}`;

/** What the tests do over and over. */
export class Bench {
  readonly subject: StepFunctionsSubject;

  constructor(subject: StepFunctionsSubject) {
    this.subject = subject;
  }

  async create(definition: string): Promise<string> {
    const { client, roleArn } = this.subject;
    const created = await client.send(new CreateStateMachineCommand({ name: freshName(), definition, roleArn }));
    return created.stateMachineArn!;
  }

  async start(stateMachineArn: string, input: unknown = {}, name = freshName()): Promise<string> {
    const { client } = this.subject;
    const started = await client.send(
      new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }),
    );
    return started.executionArn!;
  }

  describe(executionArn: string): Promise<DescribeExecutionOutput> {
    return this.subject.client.send(new DescribeExecutionCommand({ executionArn }));
  }

  async events(executionArn: string): Promise<HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    let nextToken: string | undefined;
    do {
      const page = await this.subject.client.send(
        new GetExecutionHistoryCommand({ executionArn, ...(nextToken && { nextToken }) }),
      );
      events.push(...(page.events ?? []));
      nextToken = page.nextToken;
    } while (nextToken);
    return events;
  }

  async ended(executionArn: string): Promise<Ended> {
    await until(async () => (await this.describe(executionArn)).status !== 'RUNNING');
    const execution = await this.describe(executionArn);
    const output: unknown = execution.output === undefined ? undefined : JSON.parse(execution.output);
    return { execution, events: await this.events(executionArn), output };
  }

  async run(definition: string, input: unknown = {}): Promise<Ended> {
    return this.ended(await this.start(await this.create(definition), input));
  }

  /** A Task that calls the subject's function and gives its answer. */
  task(event: FunctionEvent | string, more: States = {}): States {
    const Payload = event as unknown as Json;
    return {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke',
      Arguments: { FunctionName: this.subject.functionArn, Payload },
      Output: '{% $states.result.Payload %}',
      ...(more.Next === undefined ? { End: true } : {}),
      ...more,
    };
  }
}

/** Polls by turns of the event loop, then by milliseconds: nothing here measures time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 30_000; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => (tries < 200 ? setImmediate(resolve) : setTimeout(resolve, 2)));
  }
  throw new Error('waited in vain');
}

export const types = (events: readonly HistoryEvent[]): (string | undefined)[] => events.map(({ type }) => type);

/** Seconds of each event of a type since the first event. */
export const secondsOf = (events: readonly HistoryEvent[], type: string): number[] =>
  events
    .filter((event) => event.type === type)
    .map(({ timestamp }) => (timestamp!.getTime() - events[0]!.timestamp!.getTime()) / 1000);
