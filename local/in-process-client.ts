import { randomUUID } from 'node:crypto';
import { ServiceError } from './service.ts';

type Call = (
  operation: string,
  input: Record<string, unknown>,
  signal?: AbortSignal,
) => Promise<Record<string, unknown>>;

interface SdkCommand {
  readonly input: object;
  /** `[kind, namespace, operation, …]`; a bundle's minifier leaves it alone, unlike the name of the class. */
  readonly schema?: unknown;
}

function operationOf(command: SdkCommand): string {
  const { schema } = command;
  if (Array.isArray(schema) && typeof schema[2] === 'string') return schema[2];
  return command.constructor.name.replace(/Command$/, '');
}

/** A service's error as the SDK's clients throw it. */
class InProcessError extends Error {
  override readonly name: string;
  readonly $fault: 'client' | 'server';
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string; readonly attempts: 1 };

  constructor(error: ServiceError, requestId: string) {
    super(error.message);
    this.name = error.name;
    this.$fault = error.httpStatus >= 500 ? 'server' : 'client';
    this.$metadata = { httpStatusCode: error.httpStatus, requestId, attempts: 1 };
    // `Message` and `name` of the shape are the error's own members.
    for (const [field, value] of Object.entries(error.fields)) {
      if (!(field in this)) Object.assign(this, { [field]: value });
    }
  }
}

function abortError(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

/** Stands where an SDK client stands, without a socket: `send(new GetObjectCommand({ … }))` of any SDK v3 client. */
export class InProcessClient {
  readonly #call: Call;

  /** `call` runs one operation on behalf of this client's caller. */
  constructor(call: Call) {
    this.#call = call;
  }

  async send<Output>(command: SdkCommand, options: { abortSignal?: AbortSignal } = {}): Promise<Output> {
    const operation = operationOf(command);
    const signal = options.abortSignal;
    const requestId = randomUUID();
    if (signal?.aborted) throw abortError();
    try {
      const output = await untilAborted(this.#call(operation, { ...command.input }, signal), signal);
      return { ...output, $metadata: { httpStatusCode: 200, requestId, attempts: 1 } } as Output;
    } catch (error) {
      if (error instanceof ServiceError) throw new InProcessError(error, requestId);
      throw error;
    }
  }

  destroy(): void {}
}

/** An aborted caller stops waiting at once; what the service began it may still finish, as on a network. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(abortError());
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
