import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { checkPlants } from './check-plants.ts';
import { keepFound } from './found.ts';
import { Random } from './random.ts';
import { TARGETS } from './targets.ts';
import type { Found } from './wal-seed.ts';
import type { FuzzWork } from './worker.ts';

/**
 * `npm run test:fuzz -- [--seed N] [--seconds N] [--target NAME]`: changed inputs of every reader of core/hbase until the
 * time is over. Exit code 1 and the input, kept below test/fixtures/hbase, if one is read wrongly. A seed that takes
 * longer than any may is a hang: its worker is ended and the next seed begun. `--inputs N`: ends after
 * so many of each target. `--first`: ends with the first one found.
 * `--plants`: tests the tester. Each fault of plants.ts is put into a copy of the readers and must be found in time.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seconds: { type: 'string' },
    inputs: { type: 'string' },
    target: { type: 'string' },
    first: { type: 'boolean' },
    plants: { type: 'boolean' },
  },
});
if (values.plants) {
  const missed = await checkPlants(values.target);
  console.log(`${missed.length} of the planted faults were not found`);
  process.exit(missed.length === 0 ? 0 : 1);
}
const first = Number(values.seed ?? Date.now() % 1_000_000_000);
const end = performance.now() + Number(values.seconds ?? 60) * 1_000;
const stop = values.inputs === undefined ? Number.POSITIVE_INFINITY : first + Number(values.inputs);
const MOST_FOUND = values.first ? 1 : 20;
/** What all readers together may take for one input each, on a slow machine too. */
const HANG_MS = 60_000;
let found = 0;
let seed = first;
console.log(`seed ${first}`);
while (performance.now() < end && found < MOST_FOUND && seed < stop) seed = (await work(seed)) + 1;
console.log(
  `${seed - first} inputs of each of ${values.target ?? 'the'} readers from seed ${first} on, ${found} read wrongly`,
);
process.exitCode = found === 0 ? 0 : 1;

/** Runs a worker until the time is over, too much was found, or it hangs; answers its last seed. */
async function work(from: number): Promise<number> {
  const progress = new Int32Array(new SharedArrayBuffer(4)).fill(from);
  const workerData: FuzzWork = { progress, from, only: values.target };
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData });
  worker.on('message', report);
  const failed = new Promise<never>((_, reject) => worker.once('error', reject));
  let last = from;
  let since = performance.now();
  while (performance.now() < end && found < MOST_FOUND && last < stop) {
    await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 250))]);
    const now = Atomics.load(progress, 0);
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > HANG_MS) {
      hung(now);
      break;
    }
  }
  await worker.terminate();
  return last;
}

function report({ target, seed: at, bytes, reason }: Found): void {
  found++;
  console.log(`${target}, seed ${at}: ${reason}`);
  if (!target.startsWith('wal/')) {
    keepFound(target, at, bytes);
    return;
  }
  const folder = new URL('../fixtures/hbase/wal/found/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  writeFileSync(new URL(`${target.slice(4)}.${at}`, folder), bytes);
}

function hung(at: number): void {
  found++;
  console.log(`seed ${at}: a reader did not end within ${HANG_MS} ms; run it alone: --seed ${at} --target NAME`);
  for (const target of TARGETS) {
    if (values.target === undefined || target.name === values.target)
      keepFound(target.name, at, target.input(new Random(at)));
  }
}
