import { expect, test } from 'vitest';
import { fixture } from '../support/fixture.ts';
import { holdfastCloud, ROOT, SOURCE, TARGET } from '../support/holdfast-cloud.ts';
import { laterSnapshot } from '../support/later-snapshot.ts';

/**
 * Why a grant is there although no run below uses it. A grant that nothing needs matches none of these and fails the
 * test; so does a reason that has nothing left to explain.
 */
const REASONS: readonly { readonly grant: RegExp; readonly why: string }[] = [
  {
    grant: / s3:ListBucket /,
    why: 'a key that is not there is settled by LIST: without it absence looks like AccessDenied',
  },
  {
    grant: / s3:(AbortMultipartUpload|ListBucketMultipartUploads|ListMultipartUploadParts) /,
    why: 'files from 256 MiB, and large results of a map',
  },
  {
    grant: /^(FullBackup|IncrementalBackup|Restore|Verify) (states:|s3:GetObject .*maps)/,
    why: 'a Distributed Map starts and watches its children itself',
  },
  { grant: /FailedStarts$/, why: 'a schedule whose target cannot be started' },
  { grant: /^RepairRunbook /, why: 'test/infra/repair-runbook.test.ts runs it' },
  {
    grant: /^\w+ dynamodb:PutItem /,
    why: 'leases renewed when half of their time is over; items that a roll-back found changed',
  },
  { grant: /^PinImages dynamodb:DeleteItem /, why: 'unpins when an image of the chain is not COMPLETE' },
  {
    grant: /^(CheckRestore|ClaimTargets|ListAbandonedRestores) states:DescribeExecution |^CheckRestore dynamodb:Query /,
    why: 'is the owner of a flag, or of a claim, still running?',
  },
  {
    grant: / s3:DeleteObject /,
    why: 'deletes name the version; which action AWS asks for that in a bucket without versions is not settled',
  },
  {
    grant: /^(CheckPlaced|VerifyFiles) s3:PutObject /,
    why: 'what a cleaner took meanwhile is placed again; a child that fails leaves its reason',
  },
  { grant: /^ListCleanUp dynamodb:DeleteItem /, why: 'pins of runs that were killed, a day after their end' },
  { grant: /^SetActiveSnapshot dynamodb:GetItem /, why: 'an unknown answer of the begin is settled by reading' },
];

const TWO_DAYS_MS = 2 * 86_400_000;

test('every grant is used by a run of the app, or is listed here with its reason', async () => {
  const { cloud, clock, run, start, ended, stack } = await holdfastCloud({ fixture: 'shop', events: true });
  const full = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'] };
  const restore = { root: ROOT, image: 'latest', target: TARGET };
  const when = (
    matches: (operation: string, input: Record<string, unknown>) => boolean,
    act: () => Promise<unknown>,
  ) => {
    const disarm = cloud.intercept(async (call, next) => {
      if (!matches(call.operation, call.input)) return next(call);
      disarm();
      await act();
      return next(call);
    });
  };
  const isCopy = (operation: string) => operation === 'CopyObject';
  const vanish = async () => {
    const { Contents } = (await cloud.call('s3', 'ListObjectsV2', {
      Bucket: 'hbase',
      Prefix: 'root/data/default/sensors/',
    })) as { Contents: { Key: string }[] };
    for (const { Key } of Contents) await cloud.call('s3', 'DeleteObject', { Bucket: 'hbase', Key });
  };

  // Where the source has visibility labels, those of the target are read.
  for (const [path, Body] of fixture('described')) {
    if (!path.startsWith('hbase/data/hbase/labels/')) continue;
    for (const place of ['root/', 'restored/'])
      await cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: path.replace('hbase/', place), Body });
  }

  await run('FullBackupStateMachine', { ...full, dryRun: true });
  expect((await run('FullBackupStateMachine', full)).status).toBe('SUCCEEDED');
  expect((await run('FullBackupStateMachine', full)).status).toBe('SUCCEEDED');
  // The fixture's logs are of the afternoon.
  await clock.sleep(Math.max(0, Date.UTC(2026, 10, 23, 18) - clock.now()));
  const ofLogs = { root: ROOT, source: SOURCE, tables: ['sensors'], clockMarginSeconds: 0 };
  expect((await run('IncrementalBackupStateMachine', { ...ofLogs, dryRun: true })).cause).toBeUndefined();
  expect((await run('IncrementalBackupStateMachine', ofLogs)).cause).toBeUndefined();
  for (const [path, Body] of laterSnapshot(fixture('shop'), 'sensors-T0', 'sensors-T1', 10).objects)
    await cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  const increment = { root: ROOT, source: SOURCE, tables: ['sensors'], fromSnapshot: true };
  expect((await run('IncrementalBackupStateMachine', { ...increment, dryRun: true })).status).toBe('SUCCEEDED');
  expect((await run('IncrementalBackupStateMachine', increment)).status).toBe('SUCCEEDED');
  expect((await run('VerifyStateMachine', { root: ROOT, image: 'latest', mode: 'deep' })).status).toBe('SUCCEEDED');
  expect((await run('RestoreStateMachine', restore)).status).toBe('SUCCEEDED');
  expect((await run('RestoreStateMachine', { ...restore, check: true, set: ['sensors:m.TTL=1'] })).status).toBe(
    'SUCCEEDED',
  );

  // A restore that fails after it wrote its hold.
  when(isCopy, async () => {
    throw Object.assign(new Error('no'), { name: 'AccessDenied', $metadata: { httpStatusCode: 403 } });
  });
  expect((await run('RestoreStateMachine', { ...restore, tables: ['sensors'] })).status).toBe('FAILED');

  // A lost owner: refused, stopped by a repair, found by the sweep.
  when(isCopy, async () => {
    expect((await run('FullBackupStateMachine', full)).error).toBe('BackupInProgress');
    expect((await run('RepairStateMachine', { root: ROOT })).error).toBe('OwnerRunning');
    expect((await run('RepairStateMachine', { root: ROOT, stopOwner: true })).status).toBe('SUCCEEDED');
  });
  await run('FullBackupStateMachine', { ...full, standalone: true });
  expect((await run('RepairStateMachine', { root: ROOT })).status).toBe('SUCCEEDED');
  let owner = '';
  when(isCopy, () => cloud.call('states', 'StopExecution', { executionArn: owner }));
  owner = await start('FullBackupStateMachine', { ...full, standalone: true });
  await ended(owner);
  await clock.sleep(60_000);

  // A backup that is rolled back by its own Catch.
  when(isCopy, vanish);
  expect((await run('FullBackupStateMachine', { ...full, standalone: true })).error).toBe('SourceFileMissing');

  // Images that others list become SHELLs, with what nobody lists; the newest goes whole; a FAILED session is forgotten.
  const { Items: records = [] } = (await cloud.call('dynamodb', 'Scan', { TableName: stack.TableName })) as {
    Items?: { sk: { S: string }; state?: { S: string } }[];
  };
  const idsOf = (pattern: RegExp, state: string) =>
    records.filter((one) => pattern.test(one.sk.S) && one.state?.S === state).map(({ sk }) => sk.S.split('#')[1]!);
  const images = idsOf(/^image#backup_\d+$/, 'COMPLETE').sort();
  const [failed] = idsOf(/^session#backup_\d+$/, 'FAILED');
  const doomed = { root: ROOT, images: [...images.slice(0, 2), images.at(-1), failed], force: true };
  expect((await run('DeleteStateMachine', { ...doomed, dryRun: true })).cause).toBeUndefined();
  expect((await run('DeleteStateMachine', doomed)).cause).toBeUndefined();

  // What is left is cleaned once no step in flight can write any more.
  await run('CleanUpStateMachine', {});
  await clock.sleep(TWO_DAYS_MS);
  await run('CleanUpStateMachine', {});
  await run('CleanUpStateMachine', {});
  await cloud.scheduler
    .list()
    .reduce(async (before, { arn }) => before.then(() => cloud.scheduler.fire(arn)), Promise.resolve());
  await clock.sleep(60_000);
  void stack;

  const unused = new Set(
    cloud.authorizer
      .unusedGrants()
      .filter(({ action }) => !action.startsWith('logs:')) // what a Lambda or a state machine logs does not pass the endpoint
      .map(
        ({ roleArn, action, resources }) =>
          `${roleOf(roleArn)} ${action} ${[...new Set(resources.map(shortOf))].join(' ')}`,
      ),
  );
  const unexplained = [...unused].filter((grant) => !REASONS.some((reason) => reason.grant.test(grant)));
  expect(unexplained.sort()).toEqual([]);
  const stale = REASONS.filter((reason) => ![...unused].some((grant) => reason.grant.test(grant)));
  expect(stale).toEqual([]);
});

const roleOf = (arn: string) => /role\/Holdfast-(.*?)(Role)?[0-9A-F]{8}-/.exec(arn)?.[1] ?? arn;
const shortOf = (resource: string) =>
  resource
    .replace(/^arn:aws:\w+:+([\w-]*:)?(\d*:)?/, '')
    .replace(/-[0-9a-z]{8}(?=[:/]|$)/g, '')
    .replace(/[0-9A-F]{8}/g, '');
