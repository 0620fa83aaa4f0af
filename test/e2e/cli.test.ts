import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HoldfastCloud, holdfastCloud, ROOT, SECOND_ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { terminalOf } from '../support/terminal.ts';

let cloud: HoldfastCloud;
let terminal: Awaited<ReturnType<typeof terminalOf>>;

beforeAll(async () => {
  cloud = await holdfastCloud({ fixture: 'shop' });
  terminal = await terminalOf(cloud);
});
afterAll(() => terminal.close());

const CREATE = ['create', 'full', ROOT, '-t', 'shop:orders,sensors', '--source', SOURCE] as const;

test('an empty root has nothing to show, and says so', async () => {
  const history = await terminal.holdfast('history', '-p', SECOND_ROOT);
  expect(history).toMatchObject({ code: 0 });
  expect(history.text).toContain('no session yet');
  expect((await terminal.holdfast('history', '-p', SECOND_ROOT, '--json')).messages).toEqual([{ sessions: [] }]);
  const progress = await terminal.holdfast('progress', SECOND_ROOT);
  expect(progress).toMatchObject({ code: 0 });
  expect(progress.text).toContain('nothing runs');
  expect(progress.text).toContain('no COMPLETE backup');
  expect((await terminal.holdfast('describe', SECOND_ROOT, 'latest')).code).toBe(12);
  expect((await terminal.holdfast('repair', SECOND_ROOT)).text).toContain('nothing to repair');
});

test('unknown ids are not found', async () => {
  for (const args of [
    ['describe', SECOND_ROOT, 'backup_1234567890123'],
    ['progress', SECOND_ROOT, 'backup_1234567890123'],
    ['restore', SECOND_ROOT, 'backup_1234567890123', '--target', TARGET],
    ['verify', SECOND_ROOT, 'backup_1234567890123'],
  ]) {
    const ran = await terminal.holdfast(...args);
    expect(ran.code, args.join(' ')).toBe(12);
    expect(ran.text).toContain('ImageNotFound');
    expect(ran.text).toContain('holdfast history');
  }
});

test('bad input is refused before anything happens, with the field named and exit 2', async () => {
  const noSource = await terminal.holdfast('create', 'full', ROOT, '-t', 'x');
  expect(noSource.code).toBe(2);
  expect(noSource.text).toContain('--source');
  const unknown = await terminal.holdfast('create', 'full', ROOT, '--tabel', 'x', '--source', SOURCE);
  expect(unknown.code).toBe(2);
  expect(unknown.text).toContain('Did you mean --table');
  const name = await terminal.holdfast('create', 'full', ROOT, '-t', '../etc', '--source', SOURCE);
  expect(name.code).toBe(2);
  expect(name.text).toContain('tables.0');
  const type = await terminal.holdfast('create', 'half', ROOT, '-t', 'x', '--source', SOURCE);
  expect(type.code).toBe(2);
  const elsewhere = await terminal.holdfast('create', 'full', 's3://backups/other', '-t', 'x', '--source', SOURCE);
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.text).toContain('add "s3://backups/other" to "roots"');
  expect(await cloud.listing('backups')).toEqual([]);
});

test('a wrong stack is the platform that refuses', async () => {
  const ran = await terminal.holdfast('history', '--stack', 'Nobody');
  expect(ran.code).toBe(14);
  expect(ran.text).toContain('there is no stack Nobody');
});

test('create plans, backs up, and tells it line by line in JSON', async () => {
  const dry = await terminal.holdfast(...CREATE, '--dry-run', '--json');
  expect(dry.code).toBe(0);
  expect(dry.messages.at(-1)).toMatchObject({ message_type: 'plan', files: 27, newFiles: 27 });
  expect(await cloud.listing('backups')).toEqual([]);

  const ran = await terminal.holdfast(...CREATE, '--json');
  expect(ran.code).toBe(0);
  const types = ran.messages.map((m) => m.message_type);
  expect(types[0]).toBe('execution');
  expect(types.at(-1)).toBe('committed');
  const committed = ran.messages.at(-1) as { id: string; newFiles: number };
  expect(committed.newFiles).toBe(27);

  const history = await terminal.holdfast('history', '-p', ROOT);
  expect(history.text).toContain(committed.id);
  expect(history.text).toContain('COMPLETE');
  const described = await terminal.holdfast('describe', ROOT, committed.id.slice(0, 18), '--json');
  expect(described.messages[0]).toMatchObject({ image: { id: committed.id, state: 'COMPLETE', files: 27 } });
  const text = await terminal.holdfast('describe', ROOT, 'latest');
  expect(text.text).toContain('shop-orders-T0');
  expect(text.text).toContain(`holdfast restore ${ROOT} ${committed.id}`);
});

test('verify and restore say what they found and what to type next', async () => {
  const verified = await terminal.holdfast('verify', ROOT, 'latest', '--deep', '--json');
  expect(verified.code).toBe(0);
  expect(verified.messages.at(-1)).toMatchObject({ message_type: 'verified', files: 27 });
  const checked = await terminal.holdfast('restore', ROOT, 'latest', '-t', 'sensors', '--target', TARGET, '--check');
  expect(checked.code).toBe(0);
  expect(await cloud.listing('hbase', 'restored/')).toEqual([]);
  const restored = await terminal.holdfast(
    'restore',
    ROOT,
    'latest',
    '-t',
    'sensors',
    '--target',
    TARGET,
    '-m',
    'sensors2',
  );
  expect(restored.code).toBe(0);
  expect(restored.text).toMatch(/clone_snapshot 'holdfast_backup_\d{13}_default_sensors_\w+', 'sensors2'/);
});

test('Ctrl-C detaches: the backup goes on, and progress finds it', async () => {
  const ran = await terminal.interrupted('Execution', ...CREATE, '--standalone');
  expect(ran.code).toBe(130);
  expect(ran.text).toContain(`holdfast progress ${ROOT} --follow`);
  const arn = /arn:\S+:execution:\S+/.exec(ran.text)?.[0] ?? '';
  expect((await cloud.ended(arn)).status).toBe('SUCCEEDED');
});

test('a lost backup: create and restore are refused with 11, repair heals, a second repair changes nothing', async () => {
  const disarm = cloud.cloud.intercept(async (call, next) => {
    if (call.operation === 'CopyObject') {
      disarm();
      const { executions } = (await cloud.cloud.call('states', 'ListExecutions', {
        stateMachineArn: cloud.stack.FullBackupStateMachine.replace(/:[^:]*$/, ''),
        statusFilter: 'RUNNING',
      })) as { executions: { executionArn: string }[] };
      for (const { executionArn } of executions) await cloud.cloud.call('states', 'StopExecution', { executionArn });
    }
    return next(call);
  });
  const lost = await terminal.holdfast(...CREATE, '--standalone');
  expect(lost.code).toBe(1);
  expect(lost.text).toContain(`holdfast repair ${ROOT}`);

  for (const args of [CREATE, ['restore', ROOT, 'latest', '--target', TARGET]]) {
    const refused = await terminal.holdfast(...args);
    expect(refused.code, args[0]).toBe(11);
    expect(refused.text).toContain('its owner is gone');
    expect(refused.text).toContain(`holdfast repair ${ROOT}`);
  }
  expect((await terminal.holdfast('progress', ROOT)).text).toContain('its owner is ABORTED');
  const dry = await terminal.holdfast('repair', ROOT, '--dry-run');
  expect(dry).toMatchObject({ code: 0 });
  expect(dry.text).toContain('take over');
  const repaired = await terminal.holdfast('repair', ROOT, '--json');
  expect(repaired, repaired.text).toMatchObject({ code: 0 });
  expect(repaired.messages.at(-1)).toMatchObject({ message_type: 'repaired', decision: 'REPAIRED' });
  const again = await terminal.holdfast('repair', ROOT, '--json');
  expect(again.messages.at(-1)).toMatchObject({ message_type: 'nothing_to_repair' });
  expect((await terminal.holdfast('history', '-p', ROOT)).text).toContain('FAILED');
  expect((await terminal.holdfast('cancel', ROOT)).text).toContain('nothing runs');
  expect((await terminal.holdfast('cleanup', ROOT)).code).toBe(0);
});
