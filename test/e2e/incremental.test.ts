import { afterAll, beforeAll, expect, test } from 'vitest';
import { fixture } from '../support/fixture.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { laterSnapshot } from '../support/later-snapshot.ts';
import { terminalOf } from '../support/terminal.ts';

let cloud: HoldfastCloud;
let terminal: Awaited<ReturnType<typeof terminalOf>>;

beforeAll(async () => {
  cloud = await holdfastCloud({ fixture: 'shop' });
  terminal = await terminalOf(cloud);
});
afterAll(() => terminal.close());

const CREATE = ['create', 'incremental', ROOT, '--source', SOURCE] as const;
const holdfast = (...args: string[]) => terminal.holdfast(...args);

test('a chain at the terminal: refused without a full, planned, made, described, restored', async () => {
  const logs = await holdfast(...CREATE);
  expect(logs.code).toBe(1);
  expect(logs.text).toContain('NoFullBackup');
  const stray = await holdfast(...CREATE, '--from-snapshot', '--standalone');
  expect(stray.code).toBe(2);
  expect(stray.text).toContain('standalone: is no field of this operation');
  const none = await holdfast(...CREATE, '--from-snapshot', '-t', 'sensors');
  expect(none.code).toBe(1);
  expect(none.text).toContain('NoFullBackup');
  expect(none.text).toContain(`holdfast create full ${ROOT} -t sensors --source ${SOURCE}`);

  const full = await holdfast('create', 'full', ROOT, '-t', 'sensors', '--source', SOURCE, '--json');
  const { id: first } = full.messages.find((m) => m.message_type === 'committed') as { id: string };
  const early = await holdfast(...CREATE, '--from-snapshot');
  expect(early.code).toBe(1);
  expect(early.text).toContain('NothingToBackUp');
  expect(early.text).toContain("snapshot 'sensors', 'NAME'");

  const [gone] = fixture('shop')
    .keys()
    .filter((path) => /data\/default\/sensors\/.*\/m\/608ad727/.test(path));
  const keeps = (path: string) => !gone?.endsWith(path);
  for (const [path, Body] of laterSnapshot(fixture('shop'), 'sensors-T0', 'sensors-T1', 10, keeps).objects)
    await cloud.cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  const plan = await holdfast(...CREATE, '--from-snapshot', '--dry-run');
  expect(plan.code).toBe(0);
  expect(plan.text).toMatch(/3 files.*; 1 file \(.*\) new; 1 \(.*\) of before were rewritten since/);
  expect(plan.text).toContain(`follows on ${first}`);
  const made = await holdfast(...CREATE, '--from-snapshot');
  expect(made.code).toBe(0);
  expect(made.text).toMatch(new RegExp(`Committed +backup_\\d+ +incremental on ${first} +1 table`));

  const history = await holdfast('history', '-p', ROOT);
  expect(history.text).toMatch(/backup_\d+ .*incremental .*\n.*backup_\d+ .*full /);
  const described = await holdfast('describe', ROOT, 'latest');
  const second = /backup_\d+/.exec(described.text)?.[0] ?? '';
  expect(described.text).toContain(`${second} incremental ← ${first} full`);
  expect(described.text).toMatch(/Points +sensors: 2026-11-23 16:59:\d\d.*, 2026-11-23 16:49:\d\d/);
  expect(described.text).toMatch(
    /Interval +sensors: each region .* between 2026-11-23 16:59:\d\d \S+ and 2026-\S+ \S+ \S+, when its/,
  );
  const { messages } = await holdfast('describe', ROOT, second, '--json');
  expect(messages).toMatchObject([
    {
      tables: [{ table: 'sensors', kind: 'SNAPSHOT', parent: first }],
      chain: [{ id: second }, { id: first }],
      points: [{ table: 'sensors', points: [{ id: second }, { id: first }] }],
    },
  ]);
  // A time is typed as it was printed.
  const printed = /Points .*, (\S+ \S+ \S+)\n/.exec(described.text)?.[1] ?? '';
  for (const [image, ...typed] of [
    [first, 'latest', '--until', printed],
    [second, second],
  ] as const) {
    const restored = await holdfast('restore', ROOT, ...typed, '--target', TARGET);
    expect(restored.code).toBe(0);
    expect(restored.text).toContain(`of ${image} to ${TARGET}`);
    if (image === first)
      expect(restored.text).toMatch(
        new RegExp(
          `Point +${first}: sensors as of ${printed.slice(0, 19)}.*\\nLater +the next one is ${second}, as of `,
        ),
      );
  }
  const scanned = await holdfast('scan', ROOT, 'latest', '-t', 'sensors', '--until', printed, '--limit', '1', '--json');
  expect(scanned.messages[0]).toMatchObject({
    ...{ message_type: 'point', image: first, tables: [{ table: 'sensors' }], next: { image: second }, newer: [] },
  });
  expect(scanned.messages.at(-1)).toMatchObject({ message_type: 'scanned', image: first });
  for (const [typed, code, said] of [
    [['latest', '--until', '2026-11-01T00:00Z'], 12, `up to 2026-11-01T00:00:00.999Z; the oldest is ${first}, as of`],
    [['latest', '--until', '2026-11-01T00:00'], 2, 'has no zone'],
    [[second, '--until', printed], 2, `${second} cannot be named`],
  ] as const) {
    const refused = await holdfast('restore', ROOT, ...typed, '--target', TARGET);
    expect([refused.code, refused.text]).toEqual([code, expect.stringContaining(said)]);
  }
});

test('tables that have nothing to follow on are taken full with --or-full', async () => {
  const made = await holdfast(...CREATE, '--from-snapshot', '--or-full', '-t', 'shop:orders', '--json');
  expect(made.messages.at(-1)).toMatchObject({ message_type: 'committed', type: 'FULL', parents: [] });
});
