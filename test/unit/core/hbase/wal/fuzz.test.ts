import { existsSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Random } from '../../../../fuzz/random.ts';
import { walBases } from '../../../../fuzz/wal-bases.ts';
import { mutate } from '../../../../fuzz/wal-mutation.ts';
import { checkWal } from '../../../../fuzz/wal-property.ts';
import { walFixture } from '../../../../support/wal-lines.ts';

const bases = await walBases();

test('300 damaged logs are refused or cut, whichever way their bytes come', async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = new Random(seed);
    const base = random.of(bases);
    const mutant = mutate(random, base, bases);
    await expect(checkWal(mutant, base), `seed ${seed} on ${base.name}`).resolves.toBeUndefined();
  }
});

const found = new URL('../../../../fixtures/hbase/wal/found/', import.meta.url);
test.each(existsSync(found) ? readdirSync(found) : [])('%s, which was once read wrongly', async (name) => {
  const base = bases.find((each) => each.name === name.slice(0, name.lastIndexOf('.')))!;
  const mutant = { bytes: walFixture(`found/${name}`), changedAt: 0, isCut: false };
  await expect(checkWal(mutant, base)).resolves.toBeUndefined();
});
