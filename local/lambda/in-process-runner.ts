import type { Clock } from '../clock.ts';
import type { FunctionConfig, FunctionRunner, Invocation, InvocationResult } from './function-config.ts';
import { exited, timedOut } from './function-config.ts';
import { Sandbox } from './in-process-sandbox.ts';

export interface LambdaContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly invokedFunctionArn: string;
  readonly memoryLimitInMB: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/** What a handler of a test gets besides event and context. Its calls and waits freeze with its sandbox. */
export interface HandlerRuntime {
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Calls a service under the function's role. */
  call(
    service: string,
    operation: string,
    input: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<Record<string, unknown>>;
}

export type InProcessHandler = (event: unknown, context: LambdaContext, runtime: HandlerRuntime) => Promise<unknown>;

export interface InProcessRunnerOptions {
  readonly clock: Clock;
  /** By the beginning of the function's logical id, by its name, or by a part (with a slash) of its asset's path. */
  readonly handlers: Readonly<Record<string, InProcessHandler>>;
  readonly call: (
    roleArn: string,
    service: string,
    operation: string,
    input: Record<string, unknown>,
    signal?: AbortSignal,
  ) => Promise<Record<string, unknown>>;
}

/** Functions as plain calls, in virtual time if wanted; freeze and thaw of what they leave in flight as on AWS. */
export class InProcessRunner implements FunctionRunner {
  readonly #options: InProcessRunnerOptions;
  readonly #sandboxes = new Map<string, Sandbox[]>();

  constructor(options: InProcessRunnerOptions) {
    this.#options = options;
  }

  async run(config: FunctionConfig, invocation: Invocation): Promise<InvocationResult> {
    const { clock } = this.#options;
    const sandbox = this.#acquire(config);
    const handler = this.#handler(config);
    const deadline = clock.now() + config.timeoutSeconds * 1000;
    const stop = new AbortController();
    const limit = clock.sleep(config.timeoutSeconds * 1000, stop.signal).then(
      (): InvocationResult => ({ kind: 'failure', failure: timedOut(config, invocation.requestId) }),
      () => new Promise<InvocationResult>(() => {}),
    );
    const killed = sandbox.dead.then(
      (): InvocationResult => ({
        kind: 'failure',
        failure: exited(invocation.requestId, 'with error: signal: killed'),
      }),
    );
    const work = sandbox.invoke(async (runtime) =>
      handler(
        JSON.parse(invocation.event),
        contextOf(config, invocation, () => deadline - clock.now()),
        runtime,
      ),
    );
    const result = await Promise.race([work.then(answerOf, failureOf), limit, killed]);
    stop.abort(new Error('done'));
    if (result.kind === 'failure' && /^(Sandbox\.|Runtime\.ExitError)/.test(result.failure.errorType)) {
      sandbox.kill();
      this.#drop(sandbox);
    }
    sandbox.busy = false;
    return result;
  }

  kill(name: string): number {
    const running = [...this.#sandboxes.values()].flat().filter((sandbox) => sandbox.name === name && sandbox.busy);
    for (const sandbox of running) sandbox.kill();
    return running.length;
  }

  /** Lets everything that idle sandboxes hold frozen go on, as the next invocation would. How many requests that were. */
  thaw(name?: string): number {
    const frozen = [...this.#sandboxes.values()]
      .flat()
      .filter((s) => !s.busy && (name === undefined || s.name === name));
    return frozen.reduce((sum, sandbox) => sum + sandbox.thaw(), 0);
  }

  /** Requests and waits that stand still in idle sandboxes. */
  frozen(name?: string): number {
    const idle = [...this.#sandboxes.values()].flat().filter((s) => !s.busy && (name === undefined || s.name === name));
    return idle.reduce((sum, sandbox) => sum + sandbox.held, 0);
  }

  async close(): Promise<void> {
    for (const sandbox of [...this.#sandboxes.values()].flat()) sandbox.kill();
  }

  #acquire(config: FunctionConfig): Sandbox {
    const key = JSON.stringify(config);
    const sandboxes = this.#sandboxes.get(key) ?? [];
    this.#sandboxes.set(key, sandboxes);
    let sandbox = sandboxes.find((one) => !one.busy);
    if (!sandbox) {
      const { clock, call } = this.#options;
      sandbox = new Sandbox(config, clock, (service, operation, input, signal) =>
        call(config.roleArn, service, operation, input, signal),
      );
      sandboxes.push(sandbox);
    }
    sandbox.busy = true;
    return sandbox;
  }

  #drop(sandbox: Sandbox): void {
    for (const [key, list] of this.#sandboxes) {
      this.#sandboxes.set(
        key,
        list.filter((one) => one !== sandbox),
      );
    }
  }

  #handler(config: FunctionConfig): InProcessHandler {
    const { handlers } = this.#options;
    const key = Object.keys(handlers)
      .filter((one) => one === config.name || config.logicalId.startsWith(one) || isPartOf(one, config.codeDir))
      // `Verify` and `VerifyChunk`: the longer one says more.
      .sort((a, b) => b.length - a.length)[0];
    if (key !== undefined) return handlers[key]!;
    const error = new Error(`the test gave no handler for ${config.logicalId}`);
    return () => Promise.reject(Object.assign(error, { name: 'Runtime.ImportModuleError' }));
  }
}

const isPartOf = (key: string, path: string): boolean => key.includes('/') && path.includes(key);

const answerOf = (value: unknown): InvocationResult => ({ kind: 'answer', payload: JSON.stringify(value) ?? 'null' });

const failureOf = (error: unknown): InvocationResult => ({
  kind: 'failure',
  failure:
    error instanceof Error
      ? { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
      : { errorType: typeof error, errorMessage: String(error), trace: [] },
});

const contextOf = (config: FunctionConfig, invocation: Invocation, remaining: () => number): LambdaContext => ({
  awsRequestId: invocation.requestId,
  functionName: config.name,
  functionVersion: config.version,
  invokedFunctionArn: invocation.invokedArn,
  memoryLimitInMB: String(config.memoryMb),
  logGroupName: `/aws/lambda/${config.name}`,
  logStreamName: 'local',
  getRemainingTimeInMillis: remaining,
});
