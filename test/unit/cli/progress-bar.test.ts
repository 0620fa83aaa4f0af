import { expect, test } from 'vitest';
import { Output } from '../../../cli/output.ts';
import { progressLine } from '../../../cli/progress-bar.ts';

const GIB = 2 ** 30;
const HALF = { phase: 'Copy', files: 8, ofFiles: 16, bytes: 1.5 * GIB, ofBytes: 3 * GIB };
const RATE = 256 * 2 ** 20;

test('the line has files, bytes, rate and the time that is left at that rate', () => {
  expect(progressLine(HALF, RATE, 120)).toBe(
    `Copy      ${'█'.repeat(20)}${'░'.repeat(20)}  8/16 files   1.5 GiB of 3.0 GiB   256 MiB/s   6 s left`,
  );
});

test('without a rate there is no time left, nor when all is done', () => {
  expect(progressLine(HALF, 0, 120)).toMatch(/ 8\/16 files {3}1\.5 GiB of 3\.0 GiB$/);
  expect(progressLine({ ...HALF, files: 16, bytes: 3 * GIB }, RATE, 120)).toMatch(/█{40} {2}16\/16 files {3}[^/]*$/);
});

test('what has no room is left out: the bar, the rate, the bytes, the time; never is a line as wide as the terminal', () => {
  const shown: string[] = [];
  for (let columns = 120; columns > 0; columns--) {
    const line = progressLine(HALF, RATE, columns);
    expect(line.length, `${columns}: ${line}`).toBeLessThan(columns);
    const tail = line.replace(/[█░]{10,40} {2}/, 'BAR ').replace(/^Copy +/, '');
    if (columns > 21 && shown.at(-1) !== tail && !shown.includes(tail)) shown.push(tail);
  }
  expect(shown).toEqual([
    'BAR 8/16 files   1.5 GiB of 3.0 GiB   256 MiB/s   6 s left',
    '8/16 files   1.5 GiB of 3.0 GiB   256 MiB/s   6 s left',
    '8/16 files   1.5 GiB of 3.0 GiB   6 s left',
    'BAR 8/16 files   6 s left',
    '8/16 files   6 s left',
    '8/16 files',
  ]);
});

test('the rate is that since the bar is there, so who attaches late does not count what was done before', () => {
  let text = '';
  let now = 1_000;
  const out = { write: (piece: string) => (text += piece), isTTY: true, columns: 100 };
  const output = new Output(out, { json: false, now: () => now });
  output.progress({ phase: 'Copy', files: 10, ofFiles: 30, bytes: 10 * GIB, ofBytes: 30 * GIB });
  now += 10_000;
  output.progress({ phase: 'Copy', files: 20, ofFiles: 30, bytes: 20 * GIB, ofBytes: 30 * GIB });
  output.close();
  expect(text).toContain('20/30 files   20.0 GiB of 30.0 GiB   1.0 GiB/s   10 s left');
  expect(text.endsWith('\n')).toBe(true);
});
