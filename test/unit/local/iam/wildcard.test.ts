import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesWildcard } from '../../../../local/iam/wildcard.ts';

describe('matchesWildcard', () => {
  it.each([
    ['*', '', true],
    ['*', 'a/b:c', true],
    ['', '', true],
    ['', 'a', false],
    ['a', 'a', true],
    ['a', 'A', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['a*c', 'ac', true],
    ['a*c', 'abcbc', true],
    ['a*c', 'abcb', false],
    ['a*b*c', 'a-c-b', false],
    ['arn:aws:s3:::b/root/*', 'arn:aws:s3:::b/root/x/y', true],
    ['arn:aws:s3:::b/root/*', 'arn:aws:s3:::b/rootx', false],
    ['a.c', 'abc', false],
    ['[ab]*', 'a', false],
  ])('%s against %s', (pattern, text, wanted) => {
    expect(matchesWildcard(pattern, text)).toBe(wanted);
  });

  it('agrees with a regular expression', () => {
    const letters = (units: string[]) =>
      fc.array(fc.constantFrom(...units), { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(letters(['a', 'b', '*', '?']), letters(['a', 'b']), (pattern, text) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
        expect(matchesWildcard(pattern, text)).toBe(expression.test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is not blown up by many stars', () => {
    expect(matchesWildcard('*a'.repeat(30), `${'a'.repeat(5_000)}b`)).toBe(false);
  });
});
