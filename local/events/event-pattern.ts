import { notImplemented } from '../service.ts';

/**
 * Does the event match the pattern? (EventBridge user guide, "Event patterns": exact values, prefix, suffix,
 * equals-ignore-case, anything-but, exists, numeric, wildcard, $or.)
 */
export function matchesPattern(pattern: Record<string, unknown>, event: Record<string, unknown>): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === '$or') return (wanted as Record<string, unknown>[]).some((one) => matchesPattern(one, event));
    const actual = event[key];
    if (!Array.isArray(wanted)) {
      const inner = isRecord(actual) ? actual : {};
      return matchesPattern(wanted as Record<string, unknown>, inner);
    }
    const values = Array.isArray(actual) ? actual : [actual];
    return wanted.some((filter) =>
      isRecord(filter) && 'exists' in filter
        ? (actual !== undefined) === filter.exists
        : values.some((value) => matchesFilter(filter, value)),
    );
  });
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function matchesFilter(filter: unknown, value: unknown): boolean {
  if (!isRecord(filter)) return filter === value;
  const [[kind, argument] = ['', undefined]] = Object.entries(filter);
  const text = typeof value === 'string' ? value : undefined;
  switch (kind) {
    case 'prefix':
      return text?.startsWith(String(argument)) ?? false;
    case 'suffix':
      return text?.endsWith(String(argument)) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === String(argument).toLowerCase();
    case 'wildcard':
      return text !== undefined && wildcard(String(argument)).test(text);
    case 'anything-but':
      return value !== undefined && ![argument].flat().some((one) => matchesFilter(one, value));
    case 'numeric':
      return typeof value === 'number' && matchesNumeric(argument as unknown[], value);
    default:
      throw notImplemented(`the event filter ${JSON.stringify(filter)}`);
  }
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    's',
  );

const COMPARE: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

function matchesNumeric(terms: readonly unknown[], value: number): boolean {
  for (let at = 0; at + 1 < terms.length; at += 2) {
    if (!COMPARE[String(terms[at])]?.(value, Number(terms[at + 1]))) return false;
  }
  return true;
}
