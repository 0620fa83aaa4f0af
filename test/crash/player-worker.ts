import { parentPort, workerData } from 'node:worker_threads';
import { type Mutation, putIn } from './mutation.ts';
import type { Result, Task } from './result.ts';
import { synchronousZstd } from './synchronous-zstd.ts';

/** Plays the tokens that it is given. */
if (!parentPort) throw new Error('this is a worker of test/crash/pool.ts');
const port = parentPort;
synchronousZstd();
const { mutation } = workerData as { mutation?: Mutation };
if (mutation) putIn(mutation);
// Loads the product: after the mutation is put in.
const { Simulator } = await import('./simulator.ts');
const simulator = await Simulator.create();
const seen = new Set<string>();

/** A certificate is the same wherever it was made: files are named from the top of the repository. */
const TOP = new URL('../../', import.meta.url).href;
const whereOf = (error: unknown): string => String((error as Error).stack).replaceAll(TOP, '');

async function one(token: string, isWhole: boolean): Promise<Result> {
  const played = await simulator.play(token, { isWhole }).catch(whereOf);
  if (typeof played === 'string') {
    const nothing = { executions: 0, calls: 0, recoveries: 0, state: '', isWhole: false, abandoned: '' };
    return { token, violations: [`the simulator: ${played}`], ...nothing };
  }
  const { violations, executions, calls, recoveries, state, abandoned } = played;
  const isNew = abandoned !== '' && !seen.has(abandoned);
  seen.add(abandoned);
  return {
    ...{ token, violations, executions, calls: calls.length, recoveries, state, isWhole: played.isWhole, abandoned },
    ...(isNew && { recovery: calls.filter(({ phase }) => phase === 'recovery') }),
  };
}

port.on('message', async ({ tokens, isWhole = false, untilWrong = false }: Task) => {
  for (const token of tokens) {
    const result = await one(token, isWhole);
    port.postMessage(result);
    if (untilWrong && result.violations.length > 0) break;
  }
  port.postMessage('done');
});
port.postMessage('done');
