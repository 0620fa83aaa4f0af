import { describe, expect, it } from 'vitest';
import { nextTime } from '../../../../local/events/schedule-expression.ts';

const iso = (ms: number | undefined) => ms && new Date(ms).toISOString();
const at = (text: string) => Date.parse(text);

describe('nextTime', () => {
  it.each([
    ['rate(5 minutes)', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00.000Z'],
    ['rate(1 day)', '2026-01-03T07:00:00Z', '2026-01-04T00:00:00.000Z'],
    ['cron(0 3 * * ? *)', '2026-01-01T03:00:00Z', '2026-01-02T03:00:00.000Z'],
    ['cron(0/15 * * * ? *)', '2026-01-01T03:01:30Z', '2026-01-01T03:15:00.000Z'],
    ['cron(30 2 ? * SUN *)', '2026-01-01T00:00:00Z', '2026-01-04T02:30:00.000Z'],
    ['cron(0 0 29 FEB ? *)', '2026-01-01T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['cron(0 8-10,20 ? * MON-FRI *)', '2026-01-02T10:30:00Z', '2026-01-02T20:00:00.000Z'],
    ['at(2026-05-01T12:00:00)', '2026-01-01T00:00:00Z', '2026-05-01T12:00:00.000Z'],
  ])('%s after %s', (expression, after, expected) => {
    expect(iso(nextTime(expression, at('2026-01-01T00:00:00Z'))(at(after)))).toBe(expected);
  });

  it('never comes again after the time of at() and the last year of cron()', () => {
    expect(nextTime('at(2025-05-01T12:00:00)', 0)(at('2026-01-01T00:00:00Z'))).toBeUndefined();
    expect(nextTime('cron(0 0 * * ? 2025)', 0)(at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('follows the clocks of a time zone', () => {
    const next = nextTime('cron(30 2 * * ? *)', 0, 'Europe/Berlin');
    expect(iso(next(at('2026-03-27T12:00:00Z')))).toBe('2026-03-28T01:30:00.000Z');
    // 02:30 does not exist on the 29th of March.
    expect(iso(next(at('2026-03-28T12:00:00Z')))).toBe('2026-03-29T01:30:00.000Z');
    expect(iso(next(at('2026-03-29T12:00:00Z')))).toBe('2026-03-30T00:30:00.000Z');
    // 02:30 comes twice on the 25th of October.
    const first = next(at('2026-10-24T12:00:00Z'))!;
    expect(iso(first)).toMatch(/^2026-10-25T0[01]:30/);
    expect(iso(next(first))).toBe('2026-10-26T01:30:00.000Z');
  });

  it.each(['rate(0 minutes)', 'rate(5 weeks)', 'cron(0 3 * *)', 'cron(61 * * * ? *)', 'at(soon)', 'daily'])(
    'refuses %s',
    (expression) => {
      expect(() => nextTime(expression, 0)).toThrow(SyntaxError);
    },
  );
});
