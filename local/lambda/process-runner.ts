import type { FunctionConfig, FunctionRunner, Invocation, InvocationResult } from './function-config.ts';
import { exited, timedOut } from './function-config.ts';
import { reportLine, startLine } from './platform-log.ts';
import { SandboxProcess } from './sandbox-process.ts';

export interface ProcessRunnerOptions {
  /** What a function's process finds in its environment besides its own variables: endpoint, region, credentials. */
  readonly environment: (config: FunctionConfig) => Record<string, string>;
  /** Where V8 keeps compiled bundles between processes; none: compiled anew in each. */
  readonly compileCache?: string | undefined;
  /** What the function wrote to stdout and stderr, with the lines of Lambda itself before and after. */
  readonly onOutput?: (functionName: string, text: Buffer | string) => void;
  /** Processes with a function at once. */
  readonly limit?: number;
}

interface Sandbox {
  readonly process: SandboxProcess;
  /** `name:version`, and the code: a re-deploy of `$LATEST` never meets an old process. */
  readonly key: string;
  readonly name: string;
  busy: boolean;
  lastUsed: number;
}

/** Longest Lambda may take to load a bundle: 10 seconds. */
const INIT_MS = 10_000;

const keyOf = (config: FunctionConfig): string => JSON.stringify(config);

/**
 * Functions in child processes: at most `limit` at once, reused warm for the same version, the least recently used
 * idle one replaced. One empty process a memory size stands ready, so that a cold start only loads the bundle.
 */
export class ProcessRunner implements FunctionRunner {
  readonly #options: ProcessRunnerOptions;
  readonly #limit: number;
  readonly #sandboxes = new Set<Sandbox>();
  readonly #spares = new Map<number, SandboxProcess>();
  readonly #outputs = new Map<SandboxProcess, string>();
  readonly #queue: (() => void)[] = [];
  #uses = 0;
  #closed = false;

  constructor(options: ProcessRunnerOptions) {
    this.#options = options;
    this.#limit = options.limit ?? 4;
  }

  async run(config: FunctionConfig, invocation: Invocation): Promise<InvocationResult> {
    const sandbox = await this.#acquire(config);
    const started = performance.now();
    this.#log(config.name, startLine(config, invocation.requestId));
    let result: InvocationResult;
    try {
      result = await this.#invoke(sandbox, config, invocation);
    } finally {
      sandbox.busy = false;
      if (sandbox.process.ended) this.#sandboxes.delete(sandbox);
      this.#queue.shift()?.();
    }
    const milliseconds = performance.now() - started;
    this.#log(config.name, reportLine(config, invocation.requestId, { milliseconds, result }));
    return result;
  }

  kill(name: string): number {
    const running = [...this.#sandboxes].filter((sandbox) => sandbox.name === name && sandbox.busy);
    for (const sandbox of running) void sandbox.process.kill();
    return running.length;
  }

  /** Starts the empty processes that functions of these sizes are going to need. */
  prepare(memorySizes: Iterable<number>): void {
    for (const size of new Set(memorySizes)) this.#prestart(size);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...[...this.#sandboxes].map((sandbox) => sandbox.process), ...this.#spares.values()];
    await Promise.all(all.map((process) => process.kill()));
  }

  async #invoke(sandbox: Sandbox, config: FunctionConfig, invocation: Invocation): Promise<InvocationResult> {
    const { requestId } = invocation;
    let late = false;
    const limit = (ms: number) =>
      setTimeout(() => {
        late = true;
        void sandbox.process.kill();
      }, ms);
    let timer = limit(INIT_MS);
    try {
      if (sandbox.lastUsed === 0) {
        const loaded = await sandbox.process.request(this.#loadRequest(config));
        if (loaded.error) {
          await sandbox.process.kill();
          return { kind: 'failure', failure: loaded.error };
        }
      }
      clearTimeout(timer);
      sandbox.lastUsed = ++this.#uses;
      timer = limit(config.timeoutSeconds * 1000);
      const answer = await sandbox.process.request(invokeRequest(config, invocation));
      if (answer.exit) await sandbox.process.kill();
      if (answer.error) return { kind: 'failure', failure: answer.error };
      return { kind: 'answer', payload: answer.payload ?? 'null' };
    } catch (error) {
      if (late) return { kind: 'failure', failure: timedOut(config, requestId) };
      return { kind: 'failure', failure: exited(requestId, error instanceof Error ? error.message : String(error)) };
    } finally {
      clearTimeout(timer);
    }
  }

  async #acquire(config: FunctionConfig): Promise<Sandbox> {
    const key = keyOf(config);
    for (;;) {
      if (this.#closed) return new Promise(() => {});
      const idle = [...this.#sandboxes].filter((sandbox) => !sandbox.busy && !sandbox.process.ended);
      const warm = idle.find((sandbox) => sandbox.key === key);
      if (warm) {
        warm.busy = true;
        return warm;
      }
      const busy = [...this.#sandboxes].filter((sandbox) => sandbox.busy).length;
      if (busy < this.#limit) {
        if (busy + idle.length >= this.#limit) this.#evict(idle);
        return this.#start(config, key);
      }
      await new Promise<void>((resolve) => this.#queue.push(resolve));
    }
  }

  #evict(idle: readonly Sandbox[]): void {
    const oldest = idle.reduce((a, b) => (b.lastUsed < a.lastUsed ? b : a));
    this.#sandboxes.delete(oldest);
    void oldest.process.kill();
  }

  #start(config: FunctionConfig, key: string): Sandbox {
    this.#prestart(config.memoryMb);
    const process = this.#spares.get(config.memoryMb)!;
    this.#spares.delete(config.memoryMb);
    this.#outputs.set(process, config.name);
    const sandbox: Sandbox = { process, key, name: config.name, busy: true, lastUsed: 0 };
    this.#sandboxes.add(sandbox);
    this.#prestart(config.memoryMb);
    return sandbox;
  }

  #prestart(memoryMb: number): void {
    if (this.#closed) return;
    const spare = this.#spares.get(memoryMb);
    if (spare && !spare.ended) return;
    const process: SandboxProcess = new SandboxProcess(
      memoryMb,
      (text) => this.#log(this.#outputs.get(process) ?? '', text),
      () => this.#outputs.delete(process),
    );
    this.#spares.set(memoryMb, process);
  }

  #loadRequest(config: FunctionConfig): Record<string, unknown> {
    const env = { ...config.environment, ...this.#options.environment(config) };
    const compileCache = this.#options.compileCache;
    return { type: 'load', env, codeDir: config.codeDir, handler: config.handler, compileCache };
  }

  #log(functionName: string, text: Buffer | string): void {
    if (functionName) this.#options.onOutput?.(functionName, text);
  }
}

function invokeRequest(config: FunctionConfig, invocation: Invocation): Record<string, unknown> {
  return {
    type: 'invoke',
    event: JSON.parse(invocation.event) as unknown,
    deadline: Date.now() + config.timeoutSeconds * 1000,
    awsRequestId: invocation.requestId,
    functionName: config.name,
    functionVersion: config.version,
    invokedFunctionArn: invocation.invokedArn,
    memoryLimitInMB: String(config.memoryMb),
    logGroupName: `/aws/lambda/${config.name}`,
    logStreamName: 'local',
  };
}
