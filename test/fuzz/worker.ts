import { parentPort, workerData } from 'node:worker_threads';
import { Random } from './random.ts';
import { TARGETS } from './targets.ts';
import { checkWalSeed } from './wal-seed.ts';

/** What the main thread sees of a worker: the seed at hand and how many are done. */
export interface FuzzWork {
  readonly progress: Int32Array;
  readonly from: number;
  readonly only: string | undefined;
}

const { progress, from, only } = workerData as FuzzWork;
const targets = TARGETS.filter(({ name }) => only === undefined || name === only);

for (let seed = from; ; seed++) {
  Atomics.store(progress, 0, seed);
  for (const target of targets) {
    const bytes = target.input(new Random(seed));
    try {
      await target.check(bytes);
    } catch (error) {
      parentPort!.postMessage({ target: target.name, seed, bytes, reason: (error as Error).stack });
    }
  }
  if (only === undefined || only === 'wal') await checkWalSeed(seed, (bad) => parentPort!.postMessage(bad));
}
