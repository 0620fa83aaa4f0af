import type { Clock } from '../clock.ts';
import type { FunctionConfig } from './function-config.ts';
import { holdTime } from './hold-time.ts';
import type { HandlerRuntime } from './in-process-runner.ts';

type CallService = (
  service: string,
  operation: string,
  input: Record<string, unknown>,
  signal?: AbortSignal,
) => Promise<Record<string, unknown>>;

/**
 * One sandbox of a function. When its handler returns or throws it freezes: what is in flight neither goes out nor
 * comes back until it thaws. A killed sandbox never thaws.
 */
export class Sandbox {
  readonly name: string;
  busy = false;
  /** Resolves when the sandbox was killed. */
  readonly dead: Promise<void>;
  readonly #config: FunctionConfig;
  readonly #clock: Clock;
  readonly #call: CallService;
  #frozen = true;
  #isDead = false;
  #waiting: (() => void)[] = [];
  #die: () => void = () => {};
  #release: () => void = () => {};
  /** Calls and sleeps of the handler that are under way: while there are any, time may pass. */
  #outside = 0;

  constructor(config: FunctionConfig, clock: Clock, call: CallService) {
    this.name = config.name;
    this.#config = config;
    this.#clock = clock;
    this.#call = call;
    this.dead = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  async invoke(handler: (runtime: HandlerRuntime) => Promise<unknown>): Promise<unknown> {
    this.#frozen = false;
    this.#hold();
    this.thaw();
    try {
      return await handler({
        env: this.#config.environment,
        clock: this.#freezableClock(),
        call: this.#freezableCall(),
      });
    } finally {
      this.#frozen = true;
      this.#letGo();
    }
  }

  /** How much stands still here. */
  get held(): number {
    return this.#waiting.length;
  }

  /** For a moment when idle: what was held goes on, and what it starts then is held again. */
  thaw(): number {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
    return waiting.length;
  }

  kill(): void {
    this.#isDead = true;
    this.#waiting = [];
    this.#die();
    this.#letGo();
  }

  /** Where a sandbox can stand still. Takes a turn of the event loop, so that what nobody awaits is caught. */
  async #gate(): Promise<void> {
    await new Promise(setImmediate);
    if (this.#isDead) await new Promise<never>(() => {});
    if (this.#frozen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #freezableCall(): CallService {
    return async (service, operation, input, signal) => {
      await this.#gate();
      const answer = await this.#while(() => this.#call(service, operation, input, signal)).then(
        (output) => () => output,
        (error: unknown) => () => {
          throw error;
        },
      );
      if (this.#frozen || this.#isDead) await this.#gate();
      return answer();
    };
  }

  #freezableClock(): Clock {
    return {
      now: () => this.#clock.now(),
      sleep: async (ms, signal) => {
        await this.#while(() => this.#clock.sleep(ms, signal));
        if (this.#frozen || this.#isDead) await this.#gate();
      },
    };
  }

  async #while<T>(work: () => Promise<T>): Promise<T> {
    this.#outside++;
    this.#letGo();
    try {
      return await work();
    } finally {
      this.#outside--;
      if (!this.#frozen && !this.#isDead) this.#hold();
    }
  }

  #hold(): void {
    this.#release();
    this.#release = this.#outside > 0 ? () => {} : holdTime(this.#clock);
  }

  #letGo(): void {
    this.#release();
    this.#release = () => {};
  }
}
