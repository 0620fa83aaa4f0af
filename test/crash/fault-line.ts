import type { Call, Output } from '../../local/hub.ts';
import { ServiceError } from '../../local/service.ts';
import type { Fault, FaultKind, SeenCall } from './fault.ts';
import type { World } from './world.ts';

type Next = (call: Call) => Promise<Output>;

const never = (): Promise<never> => new Promise(() => {});
const connectionLost = () => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
const MINUTE = 60_000;
/** After it no step in flight can still write: the configuration's default. */
const STEP_LIFE_MS = 45 * MINUTE;

interface Lasting {
  readonly who: string;
  readonly operation: string;
  readonly kind: FaultKind;
}

/** Between every caller of a world and its services: numbers the calls, remembers them, and puts the faults in their way. */
export class FaultLine {
  readonly calls: SeenCall[] = [];
  readonly fired: SeenCall[] = [];
  /** What the player does now. */
  phase = 'operation';
  /** Each call waits so long first: what mixes the calls of two runs. */
  delayMs: (() => number) | undefined;
  readonly #world: World;
  readonly #faults: Map<number, FaultKind>;
  readonly #lasting = new Set<Lasting>();
  readonly #gates = new Map<string, { readonly opened: Promise<void>; open(): void }>();
  /** Executions that count as timed out. */
  readonly #timedOut = new Set<string>();
  #isOut = false;
  /** Late calls that are on their way. */
  readonly #late: Promise<unknown>[] = [];
  /** Those of functions that ran out of their time. */
  readonly #hanging: Promise<unknown>[] = [];

  constructor(world: World, faults: readonly Fault[]) {
    this.#world = world;
    this.#faults = new Map(faults.map(({ at, kind }) => [at, kind]));
    world.hub.intercept((call, next) => this.#meet(call, next));
  }

  /** Calls that are held back for this moment take effect now. */
  async open(moment: 'late-repair' | 'late-commit' | 'thaw'): Promise<boolean> {
    const gate = this.#gates.get(moment);
    if (!gate) return false;
    this.#gates.delete(moment);
    gate.open();
    await this.#world.clock.sleep(5_000);
    await Promise.all(this.#late);
    return true;
  }

  /** Once calls of functions that ran out of their time have taken effect. */
  async landed(): Promise<void> {
    await Promise.all(this.#hanging);
  }

  has(moment: string): boolean {
    return this.#gates.has(moment);
  }

  /** Some call is still to take effect. */
  get isHeldBack(): boolean {
    return this.#gates.size > 0;
  }

  /** One more. */
  add({ at, kind }: Fault): void {
    this.#faults.set(at, kind);
  }

  /** What lasts is over. */
  heal(): void {
    this.#lasting.clear();
    this.#isOut = false;
  }

  async #meet(call: Call, next: Next): Promise<Output> {
    const { caller } = call.context;
    if (caller.kind !== 'role') return next(call);
    if (this.delayMs) await this.#world.clock.sleep(this.delayMs());
    const seen = this.#see(call, caller.roleArn);
    const kind = this.#faults.get(seen.at);
    try {
      const answer = await (kind ? this.#hurt(kind, seen, call, next) : this.#pass(seen, call, next));
      seen.outcome = typeof answer.FunctionError === 'string' ? 'error' : 'ok';
      return answer;
    } catch (error) {
      seen.outcome = (error as Error).name;
      throw error;
    }
  }

  #see(call: Call, roleArn: string): SeenCall {
    const who = this.#world.app.callers.get(roleArn) ?? roleArn;
    const seen: SeenCall = {
      ...{ at: this.calls.length + 1, who, isStep: /^[A-Z]/.test(who), atMs: this.#world.clock.now() },
      ...{ service: call.service, operation: call.operation, about: aboutOf(call), phase: this.phase },
    };
    this.calls.push(seen);
    return seen;
  }

  async #pass(seen: SeenCall, call: Call, next: Next): Promise<Output> {
    if (this.#isOut) return never();
    for (const lasting of this.#lasting) {
      if (/^(before|after)!$/.test(lasting.kind)) {
        if (call.service === 'lambda' && seen.about === lasting.who) return exited();
      } else if (lasting.who === seen.who && lasting.operation === call.operation) {
        if (lasting.kind === 'lost!') {
          await next(call).catch(() => {});
          throw lostFor(seen);
        }
        throw refusal(lasting.kind, call);
      }
    }
    const answer = await next(call);
    if (call.operation === 'DescribeExecution' && this.#timedOut.has(String(answer.executionArn)))
      return { ...answer, status: 'TIMED_OUT', error: 'States.Timeout' };
    return answer;
  }

  async #hurt(kind: FaultKind, seen: SeenCall, call: Call, next: Next): Promise<Output> {
    seen.fault = kind;
    this.fired.push(seen);
    if (kind.endsWith('!')) this.#lasting.add({ who: seen.who, operation: call.operation, kind });
    switch (kind) {
      case 'before':
      case 'before!':
        return this.#die(seen);
      case 'after':
      case 'after!':
        await next(call).catch(() => {});
        return this.#die(seen);
      case 'lost':
      case 'lost!':
        await next(call).catch(() => {});
        throw lostFor(seen);
      case 'resent':
        await next(call).catch(() => {});
        return next(call);
      case 'twice': {
        const answer = await next(call);
        await next(call).catch(() => {});
        return answer;
      }
      case 'stop':
        await this.#stop();
        return next(call);
      case 'timeout':
        for (const arn of await this.#stop()) this.#timedOut.add(arn);
        return next(call);
      case 'outage':
        this.#isOut = true;
        return never();
      case 'hang':
        return this.#remember(this.#hanging, this.#afterTimeOut(call, next));
      case 'late-stop':
        await this.#stop();
        await this.#world.clock.sleep(5_000);
        return next(call);
      case 'late-repair':
      case 'late-commit':
      case 'thaw': {
        const gate = Promise.withResolvers<void>();
        this.#gates.set(kind, { opened: gate.promise, open: gate.resolve });
        await this.#stop();
        if (kind === 'thaw') this.#thawAtTheEndOfLife(gate.resolve);
        return this.#remember(
          this.#late,
          gate.promise.then(() => next(call)),
        );
      }
      case 'error-done':
        await next(call).catch(() => {});
        throw refusal('error', call);
      case 'inside-200':
        await next(call).catch(() => {});
        throw insideOf200();
      case 'inside-200-none':
        throw insideOf200();
      case 'short':
        return next({ ...call, input: { ...call.input, ...(call.service === 's3' ? onePage(call) : { Limit: 1 }) } });
      case 'torn':
        return next({ ...call, input: { ...call.input, Range: await this.#withoutLastLine(call) } });
      case 'cut': {
        const { NextContinuationToken: _, NextKeyMarker: _key, ...answer } = await next(call);
        return { ...answer, IsTruncated: true };
      }
      default:
        throw refusal(kind, call);
    }
  }

  /** Later nothing can come: a function is dead then, and what it had sent has a signature that is too old. */
  #thawAtTheEndOfLife(open: () => void): void {
    void this.#world.clock.sleep(STEP_LIFE_MS - 1_000).then(() => {
      this.#gates.delete('thaw');
      open();
    });
  }

  #remember(list: Promise<unknown>[], work: Promise<Output>): Promise<Output> {
    list.push(work.catch(() => {}));
    return work;
  }

  async #afterTimeOut(call: Call, next: Next): Promise<Output> {
    const { caller } = call.context;
    const config = this.#world.app.functions
      .list()
      .find(({ roleArn }) => caller.kind === 'role' && roleArn === caller.roleArn);
    await this.#world.clock.sleep((config?.timeoutSeconds ?? 900) * 1_000 + MINUTE);
    return next(call);
  }

  async #withoutLastLine({ input }: Call): Promise<string> {
    const stored = await this.#world.objects.get(String(input.Bucket), String(input.Key), 1 << 24);
    const text = Buffer.from(stored?.bytes ?? []).toString('latin1');
    return `bytes=0-${Math.max(0, text.lastIndexOf('\n', text.length - 2))}`;
  }

  /** The sandbox of the step is gone: no answer reaches it. */
  #die({ who }: SeenCall): Promise<never> {
    const config = this.#world.app.functions.list().find(({ logicalId }) => logicalId.startsWith(`${who}Function`));
    this.#world.runner.kill(config?.name ?? who);
    return never();
  }

  async #stop(): Promise<string[]> {
    const running = this.#world.executions('RUNNING');
    for (const executionArn of running) await this.#world.call('states', 'StopExecution', { executionArn });
    return running;
  }
}

function aboutOf({ service, input }: Call): string {
  if (service === 'lambda') return /-([A-Za-z]+)Function/.exec(String(input.FunctionName))?.[1] ?? '';
  if (service === 's3') return `${String(input.Bucket)}/${String(input.Key ?? input.Prefix ?? '')}`;
  if (service === 'states') return String(input.executionArn ?? input.stateMachineArn ?? '');
  const item = (input.Key ?? input.Item) as { pk?: { S: string }; sk?: { S: string } } | undefined;
  if (item) return `${item.pk?.S} ${item.sk?.S}`;
  if (Array.isArray(input.TransactItems)) return `${input.TransactItems.length} actions`;
  return JSON.stringify(input.ExpressionAttributeValues ?? '');
}

const exited = (): Output => ({
  ...{ StatusCode: 200, FunctionError: 'Unhandled' },
  Payload: Buffer.from('{"errorType":"Runtime.ExitError","errorMessage":"Runtime exited with error: signal: killed"}'),
});

/** A state machine knows a connection that broke by the name that the SDK for Java gives it. */
const lostFor = ({ isStep }: SeenCall): Error =>
  isStep ? connectionLost() : Object.assign(new Error('connection lost'), { name: 'SdkClientException' });

const insideOf200 = (): ServiceError =>
  new ServiceError('InternalError', 'We encountered an internal error. Please try again.', 200);

const onePage = ({ operation }: Call) => (operation === 'ListMultipartUploads' ? { MaxUploads: 1 } : { MaxKeys: 1 });

function refusal(kind: FaultKind, { service, operation }: Call): ServiceError {
  const cause = kind.replace(/!$/, '');
  if (cause === 'throttled') {
    const name = { s3: 'SlowDown', lambda: 'TooManyRequestsException' }[service] ?? 'ThrottlingException';
    return new ServiceError(name, 'Rate exceeded', service === 's3' ? 503 : 429);
  }
  if (cause === 'denied')
    return new ServiceError(service === 's3' ? 'AccessDenied' : 'AccessDeniedException', 'denied on purpose', 403);
  if (cause === 'conflict' && operation === 'TransactWriteItems') {
    const CancellationReasons = [{ Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' }];
    return new ServiceError('TransactionCanceledException', 'Transaction cancelled', 400, { CancellationReasons });
  }
  if (cause === 'conflict') return new ServiceError('ConditionalRequestConflict', 'conflict', 409);
  const name = { lambda: 'ServiceException', dynamodb: 'InternalServerError' }[service] ?? 'InternalError';
  return new ServiceError(name, 'We encountered an internal error. Please try again.', 500);
}
