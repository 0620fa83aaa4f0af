import { Worker } from 'node:worker_threads';
import type { Mutation } from './mutation.ts';
import type { Result, Task } from './result.ts';

export interface PoolOptions {
  readonly workers: number;
  /** A bug that is put into the product first. */
  readonly mutation?: Mutation;
}

/** Threads that play cases, each with an app of its own. */
export class Pool {
  readonly #workers: Worker[];
  #failed: Error | undefined;

  constructor({ workers, mutation }: PoolOptions) {
    const workerData = { mutation };
    this.#workers = Array.from(
      { length: workers },
      () => new Worker(new URL('./player-worker.ts', import.meta.url), { workerData }),
    );
    for (const worker of this.#workers) worker.on('error', (error) => (this.#failed = error as Error));
  }

  /** Plays what `next` gives, until it gives nothing; `take` sees every result. */
  async play(next: () => Task | undefined, take: (result: Result) => void): Promise<void> {
    await Promise.all(this.#workers.map((worker) => this.#feed(worker, next, take)));
    if (this.#failed) throw this.#failed;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #feed(worker: Worker, next: () => Task | undefined, take: (result: Result) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = () => {
        const task = next();
        if (task) return worker.postMessage(task);
        worker.off('message', hear);
        worker.off('error', reject);
        idle.add(worker);
        resolve();
      };
      const hear = (message: Result | 'done') => (message === 'done' ? give() : take(message));
      worker.on('message', hear);
      worker.on('error', reject);
      // The first `done` says that it is ready.
      if (idle.delete(worker)) give();
    });
  }
}

/** Workers that have said `done` and wait. */
const idle = new WeakSet<Worker>();
