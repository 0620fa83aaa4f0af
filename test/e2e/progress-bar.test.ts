import { afterAll, beforeAll, expect, test } from 'vitest';
import { outsideOf } from '../support/held-call.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { terminalOf } from '../support/terminal.ts';

let cloud: HoldfastCloud;
let terminal: Awaited<ReturnType<typeof terminalOf>>;

beforeAll(async () => {
  cloud = await holdfastCloud({ fixture: 'shop' });
  terminal = await terminalOf(cloud);
});
afterAll(() => terminal.close());

const COLUMNS = 80;
const ESCAPE = String.fromCharCode(27);

/** What stood in the line of the cursor, one after the other. */
const frames = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => line.split(`${ESCAPE}[1G`))
    .map((line) => line.replaceAll(new RegExp(`${ESCAPE}(\\[[?\\d;]*[A-Za-z]|[78])`, 'g'), ''))
    .filter((line) => line.startsWith('Copy '));

test('on a terminal copying has a bar with files, bytes, rate and the time left, within its width, and ends full', async () => {
  const args = ['create', 'full', ROOT, '-t', 'shop:orders,sensors', '--source', SOURCE, '--standalone'];
  const small = ['--chunk-objects', '4', '--concurrency', '1'];
  // The first copy waits until the bar is there, the eighteenth until it shows what the chunks before it copied.
  const gates = new Map([1, 18].map((nth) => [nth, Promise.withResolvers<void>()]));
  let copies = 0;
  const disarm = cloud.cloud.intercept(async (call, next) => {
    const gate = call.operation === 'CopyObject' ? gates.get(++copies) : undefined;
    if (gate) await outsideOf(cloud.clock, gate.promise);
    return next(call);
  });
  const onText = (text: string) => {
    const shown = frames(text);
    if (shown.some((line) => line.includes(' 0/27 files'))) gates.get(1)?.resolve();
    if (shown.some((line) => / 16\/27 files .*\/s .* left$/.test(line))) gates.get(18)?.resolve();
  };
  const ran = await terminal.holdfastAs({ columns: COLUMNS, onText }, ...args, ...small);
  disarm();
  expect(ran, ran.text).toMatchObject({ code: 0 });
  const lines = frames(ran.text);
  expect(lines.filter((line) => line.length >= COLUMNS)).toEqual([]);
  expect(lines[0]).toMatch(/^Copy {6}░{10,} {2}0\/27 files {3}0 B of \d+(\.\d)? KiB$/);
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^Copy {6}█+░+ {2}16\/27 files {3}\d+(\.\d)? KiB of \d+ KiB {3}\d+(\.\d)? (B|KiB|MiB)\/s {3}\d+ s left$/,
    ),
  );
  expect(lines.at(-1)).toMatch(/^Copy {6}█+ {2}27\/27 files/);
  // The cursor that the bar hides is back.
  expect(ran.text.lastIndexOf(`${ESCAPE}[?25h`)).toBeGreaterThan(ran.text.lastIndexOf(`${ESCAPE}[?25l`));
  expect(ran.text).toContain('Committed');
});
