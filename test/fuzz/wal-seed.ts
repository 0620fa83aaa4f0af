import { Random } from './random.ts';
import { walBases } from './wal-bases.ts';
import { mutate } from './wal-mutation.ts';
import { checkWal } from './wal-property.ts';

const bases = await walBases();

export interface Found {
  readonly target: string;
  readonly seed: number;
  readonly bytes: Uint8Array;
  readonly reason: string | undefined;
}

/** One changed log; its base is part of the name under which it is kept, for what it has to be compared with. */
export async function checkWalSeed(seed: number, onFound: (found: Found) => void): Promise<void> {
  const random = new Random(seed);
  const base = random.of(bases);
  const mutant = mutate(random, base, bases);
  try {
    await checkWal(mutant, base);
  } catch (error) {
    onFound({ target: `wal/${base.name}`, seed, bytes: mutant.bytes, reason: (error as Error).stack });
  }
}
