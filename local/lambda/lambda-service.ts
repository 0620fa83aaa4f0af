import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type CallContext, type CommandService, notImplemented, ServiceError } from '../service.ts';
import type { FunctionConfig, FunctionRunner, InvocationResult } from './function-config.ts';
import type { FunctionStore } from './function-store.ts';

/** Longest synchronous and asynchronous payload, in bytes (Lambda quotas). */
const SYNC_LIMIT = 6 * 1024 * 1024;
const ASYNC_LIMIT = 1024 * 1024;

export interface LambdaServiceOptions {
  readonly functions: FunctionStore;
  readonly runner: FunctionRunner;
  readonly clock: Clock;
  /** Tells a queue, topic or function how an asynchronous invocation ended. */
  readonly notify: (targetArn: string, message: Record<string, unknown>) => Promise<void>;
  readonly log: (line: string) => void;
}

/** Lambda: invocations, and what is known of functions. Functions are made by the deploy alone. */
export class LambdaService implements CommandService {
  readonly #options: LambdaServiceOptions;

  constructor(options: LambdaServiceOptions) {
    this.#options = options;
  }

  async call(
    operation: string,
    input: Record<string, unknown>,
    context: CallContext,
  ): Promise<Record<string, unknown>> {
    const { functions } = this.#options;
    const find = () => functions.resolve(String(input.FunctionName), input.Qualifier as string | undefined);
    switch (operation) {
      case 'Invoke':
        return this.#invoke(input, context);
      case 'GetFunction':
        return { Configuration: describe(find().config), Code: { RepositoryType: 'S3' }, Tags: {} };
      case 'GetFunctionConfiguration':
        return describe(find().config);
      case 'ListFunctions':
        return { Functions: functions.list().map(describe) };
      case 'ListVersionsByFunction':
        return { Versions: functions.versions(find().config.name).map(describe) };
      case 'ListAliases': {
        const { config } = find();
        return {
          Aliases: [...functions.aliases(config.name)].map(([name, version]) => ({
            AliasArn: `${config.arn}:${name}`,
            Name: name,
            FunctionVersion: version,
          })),
        };
      }
      default:
        throw notImplemented(`lambda ${operation}`);
    }
  }

  async #invoke(input: Record<string, unknown>, context: CallContext): Promise<Record<string, unknown>> {
    const { config, qualifier } = this.#options.functions.resolve(
      String(input.FunctionName),
      input.Qualifier as string | undefined,
    );
    const event = payloadText(input.Payload);
    const type = input.InvocationType ?? 'RequestResponse';
    const limit = type === 'Event' ? ASYNC_LIMIT : SYNC_LIMIT;
    if (Buffer.byteLength(event) > limit) {
      throw new ServiceError('RequestTooLargeException', `Request must be smaller than ${limit} bytes`, 413);
    }
    const invocation = {
      requestId: context.requestId || randomUUID(),
      event,
      invokedArn: qualifier === '$LATEST' ? config.arn : `${config.arn}:${qualifier}`,
    };
    if (type === 'DryRun') return { StatusCode: 204 };
    if (type === 'Event') {
      void this.#retrying(config, qualifier, invocation);
      return { StatusCode: 202 };
    }
    const result = await this.#options.runner.run(config, invocation);
    return {
      StatusCode: 200,
      ExecutedVersion: config.version,
      ...(result.kind === 'failure' ? { FunctionError: 'Unhandled' } : {}),
      Payload: new TextEncoder().encode(textOf(result)),
    };
  }

  /** Asynchronous invocations: again after one minute, then after two ("Asynchronous invocation", Lambda guide). */
  async #retrying(
    config: FunctionConfig,
    qualifier: string,
    invocation: { requestId: string; event: string; invokedArn: string },
  ): Promise<void> {
    const { functions, runner, clock, notify, log } = this.#options;
    const policy = functions.asyncPolicy(config.name, qualifier);
    const started = clock.now();
    try {
      for (let attempt = 1; ; attempt++) {
        const result = await runner.run(config, invocation);
        const target = result.kind === 'failure' ? policy.onFailure : policy.onSuccess;
        const delayMs = attempt * 60_000;
        const isOver = clock.now() + delayMs - started > policy.maxAgeSeconds * 1000 || attempt >= policy.maxAttempts;
        if (result.kind === 'answer' || isOver) {
          if (target) await notify(target, record(result, invocation, attempt));
          else if (result.kind === 'failure') log(`${config.name}: ${textOf(result)} (asynchronous, given up)`);
          return;
        }
        await clock.sleep(delayMs);
      }
    } catch (error) {
      log(`${config.name}: asynchronous invocation: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

const textOf = (result: InvocationResult): string =>
  result.kind === 'answer' ? result.payload : JSON.stringify(result.failure);

function payloadText(payload: unknown): string {
  const text = payload instanceof Uint8Array ? Buffer.from(payload).toString('utf8') : ((payload ?? '') as string);
  if (text === '') return '{}';
  try {
    JSON.parse(text);
  } catch {
    throw new ServiceError('InvalidRequestContentException', 'Could not parse request body into json', 400);
  }
  return text;
}

const record = (
  result: InvocationResult,
  invocation: { requestId: string; event: string; invokedArn: string },
  attempts: number,
): Record<string, unknown> => ({
  version: '1.0',
  requestContext: {
    requestId: invocation.requestId,
    functionArn: invocation.invokedArn,
    condition: result.kind === 'answer' ? 'Success' : 'RetriesExhausted',
    approximateInvokeCount: attempts,
  },
  requestPayload: JSON.parse(invocation.event),
  responsePayload: JSON.parse(textOf(result)),
});

const describe = (config: FunctionConfig): Record<string, unknown> => ({
  FunctionName: config.name,
  FunctionArn: config.version === '$LATEST' ? config.arn : `${config.arn}:${config.version}`,
  Runtime: 'nodejs24.x',
  Role: config.roleArn,
  Handler: config.handler,
  Timeout: config.timeoutSeconds,
  MemorySize: config.memoryMb,
  Version: config.version,
  PackageType: 'Zip',
  State: 'Active',
  LastUpdateStatus: 'Successful',
  Environment: { Variables: config.environment },
});
