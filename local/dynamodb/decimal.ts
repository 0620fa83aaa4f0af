/** `coefficient` × 10^`exponent`, without trailing zeros in the coefficient; zero is 0 × 10^0. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Why a text is not a number of DynamoDB; undefined members of the rules are those of "Supported data types: Number". */
export type DecimalProblem = 'syntax' | 'digits' | 'overflow' | 'underflow';

const maxDigits = 38;
const maxMagnitude = 125;
const minMagnitude = -130;

const magnitude = (d: Decimal) =>
  (d.coefficient < 0n ? -d.coefficient : d.coefficient).toString().length - 1 + d.exponent;

function normalize(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient: 0n, exponent: 0 };
  const text = coefficient.toString();
  const zeros = text.length - text.replace(/0+$/, '').length;
  return zeros === 0
    ? { coefficient, exponent }
    : { coefficient: coefficient / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

function problemOf(d: Decimal): DecimalProblem | undefined {
  if (d.coefficient === 0n) return undefined;
  if (magnitude(d) > maxMagnitude) return 'overflow';
  if (magnitude(d) < minMagnitude) return 'underflow';
  return d.coefficient.toString().replace('-', '').length > maxDigits ? 'digits' : undefined;
}

/** Reads `[+-]digits[.digits][e[+-]digits]`. */
export function parseDecimal(text: string): Decimal | DecimalProblem {
  if (text.length > 400) return 'syntax';
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/.exec(text);
  if (!match) return 'syntax';
  const whole = match[2] ?? '';
  const fraction = match[3] ?? '';
  if (whole === '' && fraction === '') return 'syntax';
  const unsigned = BigInt(whole + fraction);
  const decimal = normalize(match[1] === '-' ? -unsigned : unsigned, Number(match[4] ?? 0) - fraction.length);
  return problemOf(decimal) ?? decimal;
}

/** For texts that were validated when they came in. */
export function decimal(text: string): Decimal {
  const parsed = parseDecimal(text);
  if (typeof parsed === 'string') throw new Error(`not a stored number: ${text}`);
  return parsed;
}

/** The service's output form: plain digits, never an exponent. */
export function formatDecimal(d: Decimal): string {
  const negative = d.coefficient < 0n;
  const digits = (negative ? -d.coefficient : d.coefficient).toString();
  const sign = negative ? '-' : '';
  if (d.exponent >= 0) return sign + digits + '0'.repeat(d.exponent);
  const padded = digits.padStart(1 - d.exponent, '0');
  return `${sign}${padded.slice(0, d.exponent)}.${padded.slice(d.exponent)}`;
}

const scaled = (d: Decimal, exponent: number) => d.coefficient * 10n ** BigInt(d.exponent - exponent);

export function compareDecimals(a: Decimal, b: Decimal): number {
  const exponent = Math.min(a.exponent, b.exponent);
  const left = scaled(a, exponent);
  const right = scaled(b, exponent);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** a + sign × b, exact. */
export function addDecimals(a: Decimal, b: Decimal, sign: 1n | -1n = 1n): Decimal | DecimalProblem {
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = normalize(scaled(a, exponent) + sign * scaled(b, exponent), exponent);
  return problemOf(sum) ?? sum;
}
