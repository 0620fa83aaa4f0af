import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDecimals,
  compareDecimals,
  type Decimal,
  decimal,
  formatDecimal,
  parseDecimal,
} from '../../../../local/dynamodb/decimal.ts';

/** ± up to 18 digits × 10^(-9..9): sums stay within 38 digits. */
const small = fc.tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.integer({ min: -9, max: 9 }));
const textOf = ([digits, exponent]: [bigint, number]) => `${digits}e${exponent}`;
const scaled = ([digits, exponent]: [bigint, number]) => digits * 10n ** BigInt(exponent + 9);

describe('decimal', () => {
  it('adds, subtracts and compares exactly', () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const [x, y] = [decimal(textOf(a)), decimal(textOf(b))];
        const value = (d: Decimal) => d.coefficient * 10n ** BigInt(d.exponent + 9);
        expect(value(addDecimals(x, y) as Decimal)).toBe(scaled(a) + scaled(b));
        expect(value(addDecimals(x, y, -1n) as Decimal)).toBe(scaled(a) - scaled(b));
        expect(Math.sign(compareDecimals(x, y))).toBe(scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0);
      }),
    );
  });

  it('writes equal numbers as equal texts, which read back as themselves', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: 0, max: 5 }), (a, zeros) => {
        const text = formatDecimal(decimal(textOf(a)));
        expect(text).toBe(formatDecimal(decimal(`${a[0] * 10n ** BigInt(zeros)}e${a[1] - zeros}`)));
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(decimal(text)).toEqual(decimal(textOf(a)));
      }),
    );
  });

  it.each([
    [`${'9'.repeat(38)}e88`, '9'.repeat(38) + '0'.repeat(88)],
    ['1e125', `1${'0'.repeat(125)}`],
    ['1e-130', `0.${'0'.repeat(129)}1`],
    ['0e999999999', '0'],
  ])('reads %s', (text, written) => {
    expect(formatDecimal(decimal(text))).toBe(written);
  });

  it.each([
    ['1e126', 'overflow'],
    ['1e999999999', 'overflow'],
    ['1e-131', 'underflow'],
    ['1.00000000000000000000000000000000000001', 'digits'],
    ['1e9999999999', 'syntax'],
    ['.', 'syntax'],
    ['0'.repeat(401), 'syntax'],
  ])('refuses %s: %s', (text, problem) => {
    expect(parseDecimal(text)).toBe(problem);
  });
});
