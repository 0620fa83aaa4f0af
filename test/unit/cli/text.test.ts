import { expect, test } from 'vitest';
import { durationText, sizeText, timeText } from '../../../cli/text.ts';

test('sizes are in powers of 1024 with their unit', () => {
  expect([0, 1023, 1024, 195_026, 1.5 * 2 ** 30, 300 * 2 ** 30].map(sizeText)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '190 KiB',
    '1.5 GiB',
    '300 GiB',
  ]);
});

test('times carry their zone', () => {
  expect(timeText(Date.UTC(2026, 10, 23, 8, 30, 1))).toMatch(/^2026-11-2\d \d\d:\d\d:01 [+-]\d\d:\d\d$/);
});

test('durations use the unit a person would', () => {
  expect([4_000, 720_000, 26 * 3_600_000, 72 * 3_600_000].map(durationText)).toEqual(['4 s', '12 min', '26 h', '3 d']);
});
