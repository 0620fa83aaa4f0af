import type { Edit } from './live-hbase.ts';

/** Numbers that a seed repeats. @returns an integer from 0 up to, not including, `below` */
export function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const DELETES = ['Delete', 'DeleteColumn', 'DeleteFamily', 'DeleteFamilyVersion'] as const;
let written = 0;

export interface EditsOptions {
  readonly families: readonly string[];
  readonly deletes?: readonly (typeof DELETES)[number][];
}

/**
 * Edits of so few rows, columns and timestamps that most fall on what is there already; every value is another one. One in
 * three deletes.
 */
export function randomEdits(
  below: (n: number) => number,
  count: number,
  { families, deletes = DELETES }: EditsOptions,
): Edit[] {
  return Array.from({ length: count }, () => {
    const kind = deletes.length > 0 && below(3) === 0 ? deletes[below(deletes.length)]! : 'Put';
    const family = families[below(families.length)]!;
    const value = kind === 'Put' ? `value ${++written}` : '';
    return [kind, `r${below(8)}`, family, `q${below(2)}`, 1 + below(6), value] as const;
  });
}
