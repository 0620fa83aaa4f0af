import { type CallContext, type CommandService, notImplemented } from './service.ts';

/** One call of a service's operation, with the input of the SDK's command. */
export interface Call {
  /** As in an ARN: `s3`, `dynamodb`, `states`, `lambda`, `ssm` … */
  readonly service: string;
  readonly operation: string;
  readonly input: Record<string, unknown>;
  readonly context: CallContext;
}

export type Output = Record<string, unknown>;

/**
 * Stands between a caller and the service: may look, wait, change, refuse, call `next` more than once, or lose the
 * answer after it. Where tests inject faults and record calls.
 */
export type Interceptor = (call: Call, next: (call: Call) => Promise<Output>) => Promise<Output>;

/** Judges a call by the policies of its caller. @throws ServiceError AccessDenied… */
export type Authorize = (call: Call) => void | Promise<void>;

/** The one place that every call goes through: interceptors, then authorization, then the service. */
export class Hub {
  readonly #services = new Map<string, CommandService>();
  readonly #interceptors = new Set<Interceptor>();
  authorize: Authorize | undefined;

  register(name: string, service: CommandService): void {
    this.#services.set(name, service);
  }

  service(name: string): CommandService | undefined {
    return this.#services.get(name);
  }

  /** The one added last sees a call first. Answers how to take it away again. */
  intercept(interceptor: Interceptor): () => void {
    this.#interceptors.add(interceptor);
    return () => this.#interceptors.delete(interceptor);
  }

  async call(service: string, operation: string, input: Output, context: CallContext): Promise<Output> {
    const run = [...this.#interceptors].reduce<(call: Call) => Promise<Output>>(
      (next, interceptor) => (call) => interceptor(call, next),
      (call) => this.#serve(call),
    );
    return run({ service, operation, input, context });
  }

  async #serve(call: Call): Promise<Output> {
    const service = this.#services.get(call.service);
    if (!service) throw notImplemented(`the service ${call.service} (asked for ${call.operation})`);
    if (call.context.caller.kind === 'role') await this.authorize?.(call);
    return service.call(call.operation, call.input, call.context);
  }
}
