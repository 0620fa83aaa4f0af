import { expect, it } from 'vitest';
import { parseMoment } from '../../../core/moment.ts';

it.each([
  ['2026-11-23T14:00:00Z', 1_795_442_400_000, false],
  ['2026-11-23T14:00Z', 1_795_442_400_000, false],
  ['2026-11-23T15:00:00.950+01:00', 1_795_442_400_950, true],
  ['2026-11-23 03:30:00 -1030', 1_795_442_400_000, false],
  ['1795442400950', 1_795_442_400_950, true],
  [1_795_442_400_000, 1_795_442_400_000, true],
])('%s is one time', (typed, ms, hasFraction) => {
  expect(parseMoment(typed, 'until')).toEqual({ ms, hasFraction });
});

it.each([
  ['2026-11-23T14:00:00', 'has no zone'],
  ['2026-02-30T14:00:00Z', 'is no time'],
  ['2026-11-23T25:00:00Z', 'is no time'],
  ['2026-11-23', 'is no time'],
  ['yesterday', 'is no time'],
  ['2026-11-23T14:00:00+19:00', 'has no such zone'],
  ['1795442400', 'is no time in epoch milliseconds'],
  [-1, 'is no time in epoch milliseconds'],
  ['99999999999999999', 'is no time in epoch milliseconds'],
])('%s is refused: %s', (typed, why) => {
  expect(() => parseMoment(typed, 'until')).toThrow(`until: ${JSON.stringify(typed)} ${why}`);
});
