import type { Clock } from './clock.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/**
 * Time that jumps: whenever nothing is left to run, the clock moves to the earliest sleeper and wakes it.
 * "Nothing left" means that a number of turns of the event loop passed without anybody asking the clock for a sleep
 * while sleepers wait, so it is for work that is all in this process (in-memory stores, handlers called directly).
 * Real input or output in between must be announced with {@link VirtualClock.busy}.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #sleepers: Sleeper[] = [];
  #busy = 0;
  #turning = false;
  #idleTurns = 0;
  /** Turns of the event loop without news that count as "nothing left to run". */
  readonly #quietTurns: number;

  constructor(startMs = Date.UTC(2026, 0, 1), quietTurns = 4) {
    this.#now = startMs;
    this.#quietTurns = quietTurns;
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#idleTurns = 0;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = () => {
        this.#sleepers = this.#sleepers.filter((s) => s !== sleeper);
        reject(signal?.reason);
      };
      const sleeper: Sleeper = {
        // Whole milliseconds, as Date.now() has them.
        at: this.#now + Math.max(0, Math.ceil(ms)),
        order: this.#order++,
        wake: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#turn();
    });
  }

  /** Holds time still while real input or output is under way. */
  async busy<T>(work: () => Promise<T>): Promise<T> {
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      this.#idleTurns = 0;
      this.#turn();
    }
  }

  #turn(): void {
    if (this.#turning || this.#sleepers.length === 0 || this.#busy > 0) return;
    this.#turning = true;
    setImmediate(() => {
      this.#turning = false;
      if (this.#busy > 0) return;
      if (++this.#idleTurns >= this.#quietTurns) this.#jump();
      this.#turn();
    });
  }

  #jump(): void {
    this.#idleTurns = 0;
    const next = this.#sleepers.reduce<Sleeper | undefined>(
      (best, s) => (!best || s.at < best.at || (s.at === best.at && s.order < best.order) ? s : best),
      undefined,
    );
    if (!next) return;
    this.#sleepers = this.#sleepers.filter((s) => s !== next);
    this.#now = Math.max(this.#now, next.at);
    next.wake();
  }
}
