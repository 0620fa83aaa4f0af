import { describe, expect, it } from 'vitest';
import { CheckDepths } from '../../../core/check-depth.ts';

const files = Array.from({ length: 2_000 }, (_, i) => ({ path: `ns/t/r/f/${i.toString(16)}`, size: 10 }));
const all = (depths: CheckDepths) => files.map((file) => depths.of(file));
const count = (of: readonly string[], depth: string) => of.filter((one) => one === depth).length;

describe('how closely a file is looked at', () => {
  it.each([
    ['quick', 'list'],
    ['checksums', 'checksum'],
    ['deep', 'read'],
  ] as const)('%s: every file %s', (mode, depth) => {
    const depths = all(new CheckDepths({ mode, sample: 100, seed: 's' }, 20_000));
    expect(count(depths, depth)).toBe(files.length);
  });

  it('takes about as many as the sample says, the same for the same seed', () => {
    const take = (seed: string) => all(new CheckDepths({ mode: 'deep', sample: 10, seed }, 20_000));
    expect(count(take('a'), 'read')).toBeGreaterThan(150);
    expect(count(take('a'), 'read')).toBeLessThan(250);
    expect(take('a')).toEqual(take('a'));
    expect(take('a')).not.toEqual(take('b'));
  });

  it('never reads more than the limit, spreads it over all files, and asks the checksums of the others', () => {
    const depths = all(new CheckDepths({ mode: 'deep', sample: 100, seed: 's', maxBytes: 2_000 }, 20_000));
    expect(count(depths, 'read')).toBeLessThanOrEqual(200);
    expect(count(depths, 'read')).toBeGreaterThan(100);
    expect(count(depths, 'read') + count(depths, 'checksum')).toBe(files.length);
    expect(count(depths.slice(1_000), 'read')).toBeGreaterThan(20);
  });

  it('counts what tables before have read', () => {
    const depths = all(new CheckDepths({ mode: 'deep', sample: 100, seed: 's', maxBytes: 2_000 }, 20_000, 2_000));
    expect(count(depths, 'read')).toBe(0);
  });
});
