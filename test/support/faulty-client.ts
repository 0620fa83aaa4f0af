type Send = (command: never, ...rest: never[]) => Promise<unknown>;
type Sender = { send: Send };

/** What happens at one call. `lose`: it took effect, the answer is lost; `twice`: it took effect twice. */
export type Fault =
  | { readonly do: 'fail'; readonly error: Error }
  | { readonly do: 'lose'; readonly error?: Error }
  | { readonly do: 'twice' }
  | { readonly do: 'before'; readonly act: () => Promise<unknown> }
  | { readonly do: 'after'; readonly act: () => Promise<unknown> }
  | { readonly do: 'answer'; readonly change: (answer: Record<string, unknown>) => Record<string, unknown> };

interface Planned {
  readonly operation: string;
  readonly call: number;
  readonly fault: Fault;
  fired: boolean;
}

/** An error as the SDK throws it. */
export function sdkError(name: string, status: number, message = name): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } });
}

/** What a broken connection looks like. */
export const connectionLost = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

/**
 * Faults at `send(command)`: the n-th call (from 1) of an operation meets one. {@link done} fails for faults that never
 * fired, since a test with such a fault shows nothing.
 */
export class FaultyClient {
  readonly #inner: Sender;
  readonly #planned: Planned[] = [];
  readonly counts = new Map<string, number>();

  constructor(inner: { send: unknown }) {
    this.#inner = inner as Sender;
  }

  at(operation: string, call: number, fault: Fault): this {
    this.#planned.push({ operation, call, fault, fired: false });
    return this;
  }

  readonly send: Send = async (command, ...rest) => {
    const operation = (command as object).constructor.name.replace(/Command$/, '');
    const call = (this.counts.get(operation) ?? 0) + 1;
    this.counts.set(operation, call);
    const planned = this.#planned.find((one) => one.operation === operation && one.call === call);
    const pass = () => this.#inner.send(command, ...rest);
    if (!planned) return pass();
    planned.fired = true;
    const { fault } = planned;
    switch (fault.do) {
      case 'fail':
        throw fault.error;
      case 'lose':
        await pass();
        throw fault.error ?? connectionLost();
      case 'twice':
        await pass();
        return pass();
      case 'before':
        await fault.act();
        return pass();
      case 'after': {
        const answer = await pass();
        await fault.act();
        return answer;
      }
      case 'answer':
        return fault.change((await pass()) as Record<string, unknown>);
    }
  };

  /** @throws if a fault never fired */
  done(): void {
    const silent = this.#planned.filter(({ fired }) => !fired).map(({ operation, call }) => `${operation} ${call}`);
    if (silent.length > 0) throw new Error(`faults that never fired: ${silent.join(', ')}`);
  }
}
