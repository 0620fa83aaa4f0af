import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HoldfastCloud, holdfastCloud, ROOT, SECOND_ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { terminalOf } from '../support/terminal.ts';

let cloud: HoldfastCloud;
let terminal: Awaited<ReturnType<typeof terminalOf>>;

beforeAll(async () => {
  cloud = await holdfastCloud({ fixture: 'shop' });
  terminal = await terminalOf(cloud);
});
afterAll(() => terminal.close());

const last = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, messages } = await terminal.holdfast(...args, '--json');
  return { code, ...messages.at(-1) };
};
const set = (...args: string[]) => last('set', ...args, '-p', ROOT);

test('sets: added to, removed from, listed; two changes at once are both there; the last table takes the set along', async () => {
  expect(await set('list')).toMatchObject({ code: 0, sets: [] });
  expect(await set('add', 'nightly', 'sensors')).toMatchObject({
    message_type: 'set',
    tables: ['sensors'],
    version: 1,
  });
  // Somebody else is faster, once.
  const disarm = cloud.cloud.intercept(async (call, next) => {
    if (call.operation !== 'PutItem') return next(call);
    disarm();
    expect(await set('add', 'nightly', 'default:other')).toMatchObject({ code: 0, version: 2 });
    return next(call);
  });
  expect(await set('add', 'nightly', 'shop:orders,sensors')).toMatchObject({
    tables: ['other', 'sensors', 'shop:orders'],
    version: 3,
  });
  expect(await set('remove', 'nightly', 'other')).toMatchObject({ tables: ['sensors', 'shop:orders'] });
  expect(await set('describe', 'nightly')).toMatchObject({ name: 'nightly', root: ROOT, version: 4 });
  expect(await set('list')).toMatchObject({ sets: [{ name: 'nightly' }] });
  expect(await last('set', 'list', '-p', SECOND_ROOT)).toMatchObject({ sets: [] });
  await set('add', 'weekly', 'sensors');
  expect(await set('remove', 'weekly', 'sensors')).toMatchObject({ message_type: 'set_deleted', name: 'weekly' });
  await set('add', 'weekly', 'sensors');
  expect(await set('delete', 'weekly')).toMatchObject({ code: 0, message_type: 'set_deleted' });
  for (const [args, code, says] of [
    [['delete', 'weekly'], 12, 'SetNotFound'],
    [['describe', 'nigthly'], 12, 'it has nightly'],
    [['remove', 'nightly', 'x'], 2, 'x is not in the set nightly'],
    [['add', '../x', 'sensors'], 2, 'name: '],
    [['add', 'nightly'], 2, 'tables: give tables'],
    [['empty', 'nightly'], 2, 'none of: add, remove, list, describe, delete'],
  ] as const) {
    const ran = await terminal.holdfast('set', ...args, '-p', ROOT);
    expect([args, ran.code]).toEqual([args, code]);
    expect(ran.text).toContain(says);
  }
  expect((await terminal.holdfast('set', 'list')).text).toContain(`name the root with -p: ${ROOT}, ${SECOND_ROOT}`);
});

test('backups of a set, deleted: planned, refused by name, done, told in the history', async () => {
  const create = ['create', 'full', ROOT, '--source', SOURCE] as const;
  expect((await terminal.holdfast(...create, '-s', 'none')).text).toContain('SetNotFound');
  expect((await terminal.holdfast(...create, '-s', 'nightly', '-t', 'sensors')).code).toBe(2);
  const first = await last(...create, '-s', 'nightly');
  expect(first).toMatchObject({ code: 0, tables: 2 });
  // A failed backup leaves sets alone, as it does everything else that is no item of the root.
  const refused = await terminal.holdfast(...create, '-t', 'missing');
  expect(refused.code).not.toBe(0);
  expect(await set('describe', 'nightly')).toMatchObject({ tables: ['sensors', 'shop:orders'] });
  const second = await last(...create, '-s', 'nightly');
  const [a, b] = [String(first.id), String(second.id)];
  const remove = (...args: string[]) => terminal.holdfast('delete', ROOT, ...args);

  for (const [args, code, says] of [
    [[], 2, 'images: name the images'],
    [['-l', a, '-k', '3'], 2, 'one of the two'],
    [['-l', a, '--cascade', '--force'], 2, 'force: '],
    [['-k', 'abc'], 2, 'give a whole number'],
    [['-k', '0'], 2, 'olderThanDays: '],
    [['-l', 'backup_1000000000000'], 12, 'ImageNotFound'],
  ] as const) {
    const ran = await remove(...args);
    expect([args, ran.code]).toEqual([args, code]);
    expect(ran.text).toContain(says);
  }
  expect((await remove('-k', '3')).text).toContain('nothing is old enough');
  const plan = await last('delete', ROOT, '-l', a, '--dry-run');
  expect(plan).toMatchObject({ message_type: 'delete_plan', points_before: 2, points_after: 1, freed_bytes: 0 });
  const done = await remove('-l', a);
  expect(done.text).toMatch(/Deleted +1 backup; 2 → 1 restore point; frees 0 B; .* stay, others list them/);
  expect(done.text).toContain(`stay for ${b}`);
  expect(done.text).toContain(`1 COMPLETE backup untouched; the newest is ${b}`);
  const history = await terminal.holdfast('history', '-p', ROOT);
  expect(history.text).toMatch(new RegExp(`${a}.*DELETED +holds bytes that newer backups list`));
  expect(history.text).toContain(`deleted ${a}`);
  const described = await terminal.holdfast('describe', ROOT, a);
  expect(described.text).toContain('it holds bytes that others list');
  expect(described.text).toMatch(new RegExp(`Held by +${b}`));
  expect(await last('delete', ROOT, '-l', b)).toMatchObject({ message_type: 'deleted', points_after: 0 });
});
