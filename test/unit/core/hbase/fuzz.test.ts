import { expect, test } from 'vitest';
import { foundInputs } from '../../../fuzz/found.ts';
import { Random } from '../../../fuzz/random.ts';
import { TARGETS } from '../../../fuzz/targets.ts';

/** Few of the slow ones: the long run is `npm run test:fuzz`. */
const COUNTS: Readonly<Record<string, number>> = { hfile: 40, codec: 100, 'encoded-block': 100, run: 100 };

test.each(TARGETS.map((target) => [target.name, target] as const))(
  'damaged %s inputs are refused by name, within their own bytes and memory',
  async (name, target) => {
    for (let seed = 1; seed <= (COUNTS[name] ?? 150); seed++)
      await expect(target.check(target.input(new Random(seed))), `seed ${seed}`).resolves.toBeUndefined();
  },
);

test.each(TARGETS.flatMap((target) => foundInputs(target.name).map(([name, bytes]) => [name, target, bytes] as const)))(
  '%s, which was once read wrongly',
  async (_name, target, bytes) => {
    await expect(target.check(bytes)).resolves.toBeUndefined();
  },
);
