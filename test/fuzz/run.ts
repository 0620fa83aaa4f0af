import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Random } from './random.ts';
import { walBases } from './wal-bases.ts';
import { mutate } from './wal-mutation.ts';
import { checkWal } from './wal-property.ts';

/** `npm run test:fuzz -- [--seed N] [--seconds N]`: changed logs until the time is over; exit code 1 and the input if one is read wrongly. */
const { values } = parseArgs({ options: { seed: { type: 'string' }, seconds: { type: 'string', default: '60' } } });
const seed = Number(values.seed ?? Date.now() % 1_000_000_000);
const end = performance.now() + Number(values.seconds) * 1_000;
const bases = await walBases();
let found = 0;
let runs = 0;
for (; performance.now() < end && found < 10; runs++) {
  const random = new Random(seed + runs);
  const base = random.of(bases);
  const mutant = mutate(random, base, bases);
  try {
    await checkWal(mutant, base);
  } catch (error) {
    found++;
    const folder = new URL('../fixtures/hbase/wal/found/', import.meta.url);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${base.name}.${seed + runs}`, folder), mutant.bytes);
    console.log(`seed ${seed + runs}, ${base.name}: ${(error as Error).stack}`);
  }
}
console.log(`${runs} logs from seed ${seed} on, ${found} read wrongly`);
process.exitCode = found === 0 ? 0 : 1;
