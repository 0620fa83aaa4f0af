import { describe, expect, it } from 'vitest';
import { mutated } from './mutation.ts';
import { MUTATIONS } from './mutations.ts';

describe('the bugs that the certificate puts in', () => {
  it('are at least fifty, of different names', () => {
    expect(MUTATIONS.length).toBeGreaterThanOrEqual(50);
    expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  });

  it('fit the product as it is: each stands once in its file', () => {
    const unfit = MUTATIONS.flatMap((mutation) => {
      try {
        mutated(mutation);
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    });
    expect(unfit).toEqual([]);
  });
});
