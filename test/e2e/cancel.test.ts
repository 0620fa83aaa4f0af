import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { holdCall, invokes } from '../support/held-call.ts';
import { type HoldfastCloud, holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { terminalOf } from '../support/terminal.ts';

let cloud: HoldfastCloud;
let terminal: Awaited<ReturnType<typeof terminalOf>>;
let complete = '';
let before: string[];

const CREATE = ['create', 'full', ROOT, '-t', 'sensors', '--source', SOURCE, '--standalone'] as const;
const isCopy = (call: { operation: string }) => call.operation === 'CopyObject';

beforeAll(async () => {
  cloud = await holdfastCloud({ fixture: 'shop' });
  terminal = await terminalOf(cloud);
  const { messages } = await terminal.holdfast(...CREATE, '--json');
  complete = String(messages.at(-1)?.id);
  before = await cloud.listing('backups');
});
afterAll(() => terminal.close());

/** The session that holds the root. */
async function active(): Promise<Record<string, unknown> | null> {
  const { messages } = await terminal.holdfast('progress', ROOT, '--json');
  return messages[0]?.active as Record<string, unknown> | null;
}

/** What of the bucket differs from how it was with the one COMPLETE backup, VOID markers aside. */
async function leftOver(): Promise<string[]> {
  const now = await cloud.listing('backups');
  return [...now.filter((line) => !before.includes(line)), ...before.filter((line) => !now.includes(line))].filter(
    (line) => !/\/manifest\.json \d+ /.test(line),
  );
}

async function rowOf(session: string): Promise<Record<string, unknown> | undefined> {
  const { messages } = await terminal.holdfast('history', '-p', ROOT, '--json');
  return (messages[0]!.sessions as Record<string, unknown>[]).find(({ id }) => id === session);
}

test('while a backup runs repair and create are refused with 10 and say what to run; cancel stops it and rolls it back', async () => {
  const copy = holdCall(cloud, isCopy);
  onTestFinished(copy.release);
  const running = terminal.holdfast(...CREATE);
  await copy.arrived;
  const session = String((await active())?.session_id);

  const repair = await terminal.holdfast('repair', ROOT);
  expect(repair.code).toBe(10);
  expect(repair.text).toContain(`OwnerRunning: ${session} (full-backup, started `);
  expect(repair.text).toContain(`is running on ${ROOT}: there is nothing to repair yet`);
  expect(repair.text).toContain(`holdfast progress ${ROOT} --follow`);
  expect(repair.text).toContain(`holdfast repair ${ROOT} --stop-owner`);
  const create = await terminal.holdfast(...CREATE);
  expect(create.code).toBe(10);
  expect(create.text).toContain(`BackupInProgress: ${session}`);
  expect(create.text).toContain(`holdfast cancel ${ROOT}`);
  expect((await terminal.holdfast('repair', ROOT, '--dry-run')).text).toContain('--stop-owner');
  expect((await terminal.holdfast('progress', ROOT)).text).toContain(': working, in CopyFiles');
  expect(await rowOf(session)).toMatchObject({ state: 'RUNNING', active: 'working' });
  expect(String((await active())?.session_id)).toBe(session);

  const cancelled = await terminal.holdfast('cancel', ROOT);
  expect(cancelled, cancelled.text).toMatchObject({ code: 0 });
  expect(cancelled.text).toContain(`${session} was stopped and was rolled back; nothing of it is left`);
  expect(cancelled.text).toContain(`1 COMPLETE backup untouched; the newest is ${complete}`);
  copy.release();
  const ran = await running;
  expect(ran.code).toBe(1);
  expect(ran.text).toContain('StoppedByRepair');
  await cloud.clock.sleep(5_000);
  expect(await active()).toBeNull();
  expect(await rowOf(session)).toMatchObject({ state: 'FAILED', reason: { name: 'OwnerGone' } });
  // The copy that was in flight came late: the clean-up looks once more after the last step can have lived.
  await cloud.clock.sleep(60 * 60_000);
  expect((await terminal.holdfast('cleanup', ROOT)).code).toBe(0);
  expect(await leftOver()).toEqual([]);

  const again = await terminal.holdfast('cancel', ROOT, '--json');
  expect(again).toMatchObject({ code: 0, messages: [{ message_type: 'nothing_to_cancel', root: ROOT }] });
});

test('cancel --no-repair stops only: the root stays locked, and repair rolls it back', async () => {
  const copy = holdCall(cloud, isCopy);
  onTestFinished(copy.release);
  const running = terminal.holdfast(...CREATE);
  await copy.arrived;
  const session = String((await active())?.session_id);
  const stopped = await terminal.holdfast('cancel', ROOT, '--no-repair');
  expect(stopped.code).toBe(0);
  expect(stopped.text).toContain(`${session}; ${ROOT} is locked until it is rolled back`);
  expect(stopped.text).toContain(`holdfast repair ${ROOT}`);
  copy.release();
  const ran = await running;
  expect(ran.code).toBe(1);
  expect(ran.text).toContain('Cancelled');
  expect(ran.text).toContain(`holdfast repair ${ROOT}`);

  expect(await active()).toMatchObject({ session_id: session, owner: 'ABORTED' });
  expect((await terminal.holdfast(...CREATE)).code).toBe(11);
  expect((await terminal.holdfast('progress', ROOT, '--follow')).code).toBe(11);
  const twice = await terminal.holdfast('cancel', ROOT, '--no-repair');
  expect(twice.code).toBe(11);
  expect(twice.text).toContain(`${session} does not run any more (its owner is ABORTED)`);
  const repaired = await terminal.holdfast('repair', ROOT, '--json');
  expect(repaired.messages.at(-1)).toMatchObject({ message_type: 'repaired', session });
  expect(await rowOf(session)).toMatchObject({
    state: 'FAILED',
    reason: { message: expect.stringContaining('Cancelled') },
  });
  await cloud.clock.sleep(60 * 60_000);
  expect((await terminal.holdfast('cleanup', ROOT)).code).toBe(0);
  expect(await leftOver()).toEqual([]);
});

test('in the middle of a roll-back describe, history and progress say so, and the newest COMPLETE backup is there', async () => {
  let missing: { Key: string; Body: unknown } | undefined;
  const fault = cloud.cloud.intercept(async (call, next) => {
    const [, Key = ''] = /^\/?hbase\/(.*)$/.exec(decodeURIComponent(String(call.input.CopySource ?? ''))) ?? [];
    if (isCopy(call) && !missing && Key) {
      const { Body } = await cloud.cloud.call('s3', 'GetObject', { Bucket: 'hbase', Key });
      missing = { Key, Body: await (Body as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray() };
      await cloud.cloud.call('s3', 'DeleteObject', { Bucket: 'hbase', Key });
    }
    return next(call);
  });
  const restoring = holdCall(cloud, invokes('RestoreSystemTable'));
  onTestFinished(restoring.release);
  const running = terminal.holdfast(...CREATE);
  await restoring.arrived;
  fault();
  const session = String((await active())?.session_id);

  const progress = await terminal.holdfast('progress', ROOT);
  expect(progress.code).toBe(0);
  expect(progress.text).toContain(`${session} (full-backup) since `);
  expect(progress.text).toContain(': rolling back, in RestoreSystemTable');
  for (const id of ['latest', session, session.slice(0, -2), session.replace('backup_', '')]) {
    expect((await terminal.holdfast('progress', ROOT, id)).text, id).toContain(`${session} (full-backup) since `);
  }
  const described = await terminal.holdfast('describe', ROOT, session);
  expect(described.code).toBe(0);
  expect(described.text).toContain(`${session}  full-backup  CREATING, rolling back`);
  expect(described.text).not.toContain('holdfast restore');
  const latest = await terminal.holdfast('describe', ROOT, 'latest', '--json');
  expect(latest.messages).toMatchObject([{ active: null, image: { id: complete, state: 'COMPLETE' } }]);
  const history = await terminal.holdfast('history', '-p', ROOT);
  expect(history.text).toMatch(new RegExp(`${session} .* RUNNING +rolling back`));
  expect(history.text).toContain(`the newest is ${complete}`);
  expect((await terminal.holdfast('repair', ROOT)).code).toBe(10);
  expect((await terminal.holdfast('restore', ROOT, session, '--target', TARGET)).text).toContain('ImageNotComplete');

  restoring.release();
  const ran = await running;
  expect(ran.code).toBe(1);
  expect(ran.text).toMatch(/SourceFileMissing: file .* of table sensors/);
  expect(ran.text).toContain('nothing of this backup is left');
  expect((await terminal.holdfast('progress', ROOT, 'latest')).text).toContain(`${session} is FAILED`);
  await cloud.cloud.call('s3', 'PutObject', { Bucket: 'hbase', ...missing });
});
