import type { Clock } from '../clock.ts';

/** Thrown out of every wait of work that was stopped; the history says nothing of it. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/**
 * Stops the waits of an execution, a branch or an iteration. Work that is under way elsewhere (a Lambda) is abandoned,
 * not stopped: as on AWS it may take effect later.
 */
export class Cancellation {
  #cancelled = false;
  readonly #callbacks = new Set<() => void>();
  readonly #parent: Cancellation | undefined;
  readonly #onParent = () => this.cancel();

  constructor(parent?: Cancellation) {
    this.#parent = parent;
    if (parent?.cancelled) this.#cancelled = true;
    else if (parent) parent.#callbacks.add(this.#onParent);
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.release();
    for (const callback of [...this.#callbacks]) callback();
    this.#callbacks.clear();
  }

  /** Lets go of the parent when the work is over. */
  release(): void {
    if (this.#parent) this.#parent.#callbacks.delete(this.#onParent);
  }

  check(): void {
    if (this.#cancelled) throw new Cancelled();
  }

  onCancel(callback: () => void): () => void {
    if (this.#cancelled) {
      callback();
      return () => {};
    }
    this.#callbacks.add(callback);
    return () => this.#callbacks.delete(callback);
  }

  /** The result of `work`, or Cancelled at once when stopped first. */
  abandonable<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const off = this.onCancel(() => reject(new Cancelled()));
      work.then(
        (value) => {
          off();
          resolve(value);
        },
        (error: unknown) => {
          off();
          reject(error);
        },
      );
    });
  }

  async sleep(clock: Clock, ms: number): Promise<void> {
    const controller = new AbortController();
    const off = this.onCancel(() => controller.abort(new Cancelled()));
    try {
      await sleepUntil(clock, clock.now() + ms, controller.signal);
    } finally {
      off();
    }
  }
}

/** A clock may wake its sleepers early: the machine's timers reach 24 days. */
export async function sleepUntil(clock: Clock, atMs: number, signal: AbortSignal): Promise<void> {
  do await clock.sleep(Math.max(0, atMs - clock.now()), signal);
  while (clock.now() < atMs);
}
