import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { holdCall, invokes } from '../support/held-call.ts';
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

/** StopExecution, as somebody in the console does it. */
async function stopRunning(alias: string): Promise<void> {
  const { executions } = (await cloud.cloud.call('states', 'ListExecutions', {
    ...{ stateMachineArn: alias.replace(/:[^:]*$/, ''), statusFilter: 'RUNNING' },
  })) as { executions: { executionArn: string }[] };
  for (const { executionArn } of executions) await cloud.cloud.call('states', 'StopExecution', { executionArn });
}

test('an empty root has nothing to show, and says so', async () => {
  const history = await terminal.holdfast('history', '-p', SECOND_ROOT);
  expect(history).toMatchObject({ code: 0 });
  expect(history.text).toContain('no session yet');
  expect((await terminal.holdfast('history', '-p', SECOND_ROOT, '--json')).messages).toEqual([
    { message_type: 'history', sessions: [] },
  ]);
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

test('bad input is refused without an execution, with the field named: exit 2, or 1 for a place that is not configured', async () => {
  const started = cloud.cloud.intercept(async (call, next) => {
    if (call.operation === 'StartExecution') throw new Error(`started with ${String(call.input.input)}`);
    return next(call);
  });
  onTestFinished(started);
  const create = ['create', 'full', ROOT] as const;
  const restore = ['restore', ROOT, 'latest'] as const;
  const verify = ['verify', ROOT, 'latest'] as const;
  const refusals: readonly (readonly [args: readonly string[], code: number, said: string])[] = [
    [[...create, '-t', 'x'], 2, '--source'],
    [[...create, '--tabel', 'x', '--source', SOURCE], 2, 'Did you mean --table'],
    [['create', 'half', ROOT, '-t', 'x', '--source', SOURCE], 2, 'type: "half"'],
    [[...create, '-t', '../etc', '--source', SOURCE], 2, 'tables.0'],
    [[...create, '--source', SOURCE], 2, 'tables: name the tables'],
    [[...create, '-t', 'x,x', '--source', SOURCE], 2, 'tables: x is named twice'],
    [[...create, '-t', 'x', '--source', SOURCE, '--concurrency', '0'], 2, 'copyConcurrency: '],
    [[...create, '-t', 'x', '--source', SOURCE, '--chunk-objects', '1001'], 2, 'chunkObjects: '],
    [[...create, '-t', 'x', '--source', 'hdfs://x'], 2, 'source: "hdfs://x" is no S3 URI'],
    [[...create, '-t', 'x', '--source', 's3://hbase/other'], 1, 'add "s3://hbase/other" to "sources"'],
    [['create', 'full', 's3://backups/other', '-t', 'x', '--source', SOURCE], 1, `configured: ${ROOT}, ${SECOND_ROOT}`],
    [[...restore, '--target', 's3://hbase/other'], 1, `configured: ${TARGET}`],
    [[...restore, '--target', TARGET, '-t', 'a,b', '-m', 'c'], 2, 'mapping: 1 names for 2 tables'],
    [[...restore, '--target', TARGET, '--concurrency', '1001'], 2, 'concurrency: '],
    [[...restore, '--target', TARGET, '--concurrency', 'many'], 2, 'give a whole number'],
    [
      [...restore, '--target', TARGET, '--set', 'shop:orders=1'],
      2,
      'set.0: "shop:orders=1" is not TABLE.ATTRIBUTE=VALUE',
    ],
    [[...restore, '--target', TARGET, '--store-file-tracker', 'OTHER'], 2, 'storeFileTracker: '],
    [[...verify, '--concurrency', '0'], 2, 'concurrency: '],
    [[...verify, '--max-bytes', '0'], 2, 'maxBytes: '],
    [[...verify, '--quick', '--deep'], 2, "'--quick' cannot be used with option '--deep'"],
    [['verify', ROOT, 'x'.repeat(65)], 2, 'image: '],
  ];
  for (const [args, code, said] of refusals) {
    const ran = await terminal.holdfast(...args);
    expect([args, ran.code]).toEqual([args, code]);
    expect(ran.text, args.join(' ')).toContain(said);
  }
  for (const verb of ['repair', 'cancel', 'cleanup', 'describe', 'progress', 'history', 'verify']) {
    const place = verb === 'history' ? ['-p', 's3://backups/other'] : ['s3://backups/other'];
    const ran = await terminal.holdfast(verb, ...place, ...(/describe|verify/.test(verb) ? ['latest'] : []));
    expect([verb, ran.code]).toEqual([verb, 1]);
    expect(ran.text, verb).toContain('RootNotConfigured: s3://backups/other');
    expect(ran.text, verb).toContain(`configured: ${ROOT}, ${SECOND_ROOT}`);
  }

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
  expect(dry.messages.at(-1)).toMatchObject({ message_type: 'plan', files: 27, new_files: 27 });
  expect(await cloud.listing('backups')).toEqual([]);

  const ran = await terminal.holdfast(...CREATE, '--json');
  expect(ran.code).toBe(0);
  const types = ran.messages.map((m) => m.message_type);
  expect(types[0]).toBe('execution');
  expect(types.at(-1)).toBe('committed');
  const committed = ran.messages.at(-1) as { id: string; new_files: number };
  expect(committed.new_files).toBe(27);

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
  const CHECK = ['restore', ROOT, 'latest', '-t', 'sensors', '--target', TARGET, '--check'] as const;
  const checked = await terminal.holdfast(...CHECK);
  expect(checked.code).toBe(0);
  expect(checked.text).toMatch(/^Target +shows no HBase yet/m);
  expect(checked.text).toMatch(/^ +has {2}encoding FAST_DIFF; tracker DEFAULT; HBase from 2\.5 on$/m);
  const unknown = await terminal.holdfast(...CHECK, '--set', 'sensors:x.TTL=1');
  expect(unknown.code).toBe(2);
  expect(unknown.text).toContain('sensors has the families m');
  const short = await terminal.holdfast(...CHECK, '--set', 'sensors:m.TTL=1');
  expect(short.text).toMatch(/^ +set {2}m\.TTL 2147483647 → 1 {2}\(--set\)$/m);
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

test('what is not found is answered with what there is', async () => {
  const { messages } = await terminal.holdfast('history', '-p', ROOT, '--json');
  const ids = (messages[0]!.sessions as { id: string }[]).map(({ id }) => id);
  const id = ids[0] ?? '';
  const typo = `${id.slice(0, -1)}${(Number(id.at(-1)) + 1) % 10}`;
  for (const args of [
    ['describe', ROOT, typo],
    ['describe', ROOT, 'backup_1'.padEnd(20, '9')],
    ['progress', ROOT, typo],
    ['restore', ROOT, typo, '--target', TARGET],
    ['verify', ROOT, typo],
  ]) {
    const ran = await terminal.holdfast(...args);
    expect([args, ran.code]).toEqual([args, 12]);
    expect(ran.text, args.join(' ')).toContain(`; it has ${id}`);
  }
  const table = await terminal.holdfast('restore', ROOT, 'latest', '-t', 'sensor', '--target', TARGET);
  expect(table.code).toBe(12);
  expect(table.text).toContain(`${id} of ${ROOT} has no table sensor; it has sensors, shop:orders`);
});

test('--concurrency is how many chunks are copied, placed and verified at once', async () => {
  let [running, most] = [0, 0];
  const disarm = cloud.cloud.intercept(async (call, next) => {
    if (!['CopyFiles', 'PlaceFiles', 'VerifyImageFiles'].some((step) => invokes(step)(call))) return next(call);
    most = Math.max(most, ++running);
    return next(call).finally(() => running--);
  });
  const places = { create: ['-t', 'shop:orders', '--source', SOURCE, '--standalone'], restore: ['--target', TARGET] };
  for (const args of [
    ['create', 'full', ROOT, ...places.create],
    ['restore', ROOT, 'latest', '-t', 'shop:orders', ...places.restore],
    ['verify', ROOT, 'latest'],
  ]) {
    for (const concurrency of [1, 3]) {
      most = 0;
      const ran = await terminal.holdfast(...args, '--chunk-objects', '4', '--concurrency', String(concurrency));
      expect([args[0], ran.code, ran.text]).toEqual([args[0], 0, ran.text]);
      expect([args[0], most]).toEqual([args[0], concurrency]);
    }
  }
  disarm();
});

test('cleanup says what it did, of sessions and of restores that were stopped', async () => {
  const placing = holdCall(cloud, invokes('CheckPlaced'));
  onTestFinished(placing.release);
  const running = terminal.holdfast('restore', ROOT, 'latest', '-t', 'sensors', '--target', TARGET, '--json');
  await placing.arrived;
  await stopRunning(cloud.stack.RestoreStateMachine);
  placing.release();
  expect((await running).messages.at(-1)).toMatchObject({ message_type: 'exit_error', name: 'Stopped' });
  const first = await terminal.holdfast('cleanup', ROOT);
  expect(first.code).toBe(0);
  expect(first.text).toMatch(
    /restore r[0-9a-f]{20} {2}CLOSED {2}0 removed {2}\(a step in flight could still write there\)/,
  );
  expect(first.text).toMatch(/session \S+ {2}(WAITING|DONE) {2}/);
  await cloud.clock.sleep(2 * 60 * 60_000);
  const second = await terminal.holdfast('cleanup', ROOT, '--json');
  expect(second.messages.at(-1)).toMatchObject({ message_type: 'cleaned_up', restores: [{ outcome: 'CLEANED' }] });
  const restores = second.messages.at(-1)?.restores as { removed: number }[];
  expect(restores[0]?.removed).toBeGreaterThan(0);
  await terminal.holdfast('cleanup', ROOT);
  expect((await terminal.holdfast('cleanup', ROOT)).text).toContain('the clean-up list is empty');
});

test('Ctrl-C detaches: the backup goes on, and progress finds it', async () => {
  const onText = (text: string, detach: () => void) => text.includes('Execution') && detach();
  const ran = await terminal.holdfastAs({ onText }, ...CREATE, '--standalone');
  expect(ran.code).toBe(130);
  expect(ran.text).toContain(`holdfast progress ${ROOT} --follow`);
  const arn = /arn:\S+:execution:\S+/.exec(ran.text)?.[0] ?? '';
  expect((await cloud.ended(arn)).status).toBe('SUCCEEDED');
});

test('a lost backup: create and restore are refused with 11, repair heals, a second repair changes nothing', async () => {
  const disarm = cloud.cloud.intercept(async (call, next) => {
    if (call.operation === 'CopyObject') {
      disarm();
      await stopRunning(cloud.stack.FullBackupStateMachine);
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
  expect(repaired.messages.at(-1)).toMatchObject({ message_type: 'repaired', root: ROOT });
  const again = await terminal.holdfast('repair', ROOT, '--json');
  expect(again.messages.at(-1)).toMatchObject({ message_type: 'nothing_to_repair' });
  expect((await terminal.holdfast('history', '-p', ROOT)).text).toContain('FAILED');
  expect((await terminal.holdfast('cancel', ROOT)).text).toContain('nothing runs');
  expect((await terminal.holdfast('cleanup', ROOT)).code).toBe(0);
});
