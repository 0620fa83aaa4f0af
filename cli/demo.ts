import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import pc from 'picocolors';
import { type LocalCloud, startLocal } from '../local/start.ts';
import { runHoldfast } from './program.ts';
import { synthesize } from './synthesize.ts';
import { durationText } from './text.ts';

/**
 * What `npm start` runs: the main job on tables that a real HBase wrote, through the synthesized app on this machine:
 * backed up, verified, one backup broken in the middle, one killed and repaired, one table restored.
 */
const PROJECT = join(import.meta.dirname, '..');
const FIXTURE = join(PROJECT, 'test', 'fixtures', 'hbase', 'shop.tar.zst');
const ROOT = 's3://acme-backups/prod';
const SOURCE = 's3://acme-hbase/shop/hbase';
const TARGET = 's3://acme-restored/hbase';
const TABLES = 'shop:orders,sensors';
/** Named, because they were taken on some day before this one. */
const SNAPSHOTS = ['--snapshot', 'shop:orders=shop-orders-T0', '--snapshot', 'sensors=sensors-T0'] as const;

const began = performance.now();
let phaseBegan = began;
const phases: [string, number][] = [];

function phase(title: string, why: string): void {
  endPhase();
  phases.push([title, 0]);
  console.log(`\n${pc.bold(pc.cyan(`■ ${title}`))}  ${pc.dim(why)}`);
}

function endPhase(): void {
  const now = performance.now();
  const last = phases.at(-1);
  if (last) last[1] = now - phaseBegan;
  phaseBegan = now;
}

async function holdfast(expectedCode: number, ...args: string[]): Promise<void> {
  console.log(pc.dim(`$ holdfast ${args.join(' ')}`));
  const signal = new AbortController().signal;
  const code = await runHoldfast(args, { stdout: process.stdout, stderr: process.stderr, signal });
  console.log(pc.dim(`exit ${code}`));
  if (code !== expectedCode) throw new Error(`holdfast ${args[0]} ended with ${code}, expected was ${expectedCode}`);
}

/** Every key below a prefix. */
async function keysOf({ cloud }: LocalCloud, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  do {
    const page = await cloud.call('s3', 'ListObjectsV2', {
      Bucket: bucket,
      Prefix: prefix,
      ...(token ? { ContinuationToken: token } : {}),
    });
    for (const { Key } of (page.Contents ?? []) as { Key: string }[]) keys.push(Key);
    token = page.NextContinuationToken as string | undefined;
  } while (token);
  return keys;
}

/** At the first copy of a file of `table` from here on, does `act` once with the file's key, before the copy. */
function atCopyOf(local: LocalCloud, table: string, act: (sourceKey: string) => Promise<unknown>): () => void {
  let isArmed = true;
  return local.cloud.intercept(async (call, next) => {
    const source = String(call.input.CopySource ?? '');
    if (isArmed && call.operation === 'CopyObject' && source.includes(`/${table}/`)) {
      isArmed = false;
      await act(decodeURIComponent(source.slice(source.indexOf('/') + 1)));
    }
    return next(call);
  });
}

const call = (local: LocalCloud, operation: string, input: object) =>
  local.cloud.call('s3', operation, input as Record<string, unknown>);

async function bytesOf(local: LocalCloud, bucket: string, key: string): Promise<Uint8Array> {
  const { Body } = (await call(local, 'GetObject', { Bucket: bucket, Key: key })) as {
    Body: { transformToByteArray(): Promise<Uint8Array> };
  };
  return Body.transformToByteArray();
}

async function brokenBackup(local: LocalCloud): Promise<void> {
  phase('A backup that breaks', "a store file vanishes from the source while it is copied: HBase's cleaner was faster");
  const before = await keysOf(local, 'acme-backups', 'prod/');
  let victim = '';
  let body: Uint8Array | undefined;
  const disarm = atCopyOf(local, 'sensors', async (key) => {
    victim = key;
    body = await bytesOf(local, 'acme-hbase', key);
    await call(local, 'DeleteObject', { Bucket: 'acme-hbase', Key: key });
  });
  await holdfast(1, 'create', 'full', ROOT, '-t', TABLES, ...SNAPSHOTS, '--source', SOURCE, '--standalone');
  disarm();
  await call(local, 'PutObject', { Bucket: 'acme-hbase', Key: victim, Body: body });
  const after = await keysOf(local, 'acme-backups', 'prod/');
  const left = after.filter((key) => !before.includes(key) && !key.endsWith('/manifest.json'));
  console.log(
    `objects below the backup root before: ${before.length}, after: ${after.length}; left over besides the VOID marker, which the clean-up takes later: ${left.length}`,
  );
}

async function killedBackup(local: LocalCloud): Promise<void> {
  phase(
    'A backup that is killed',
    'its execution is stopped and its Lambda dies in the middle of the copy; no Catch can see that',
  );
  const disarm = atCopyOf(local, 'sensors', async () => {
    const { executions } = (await local.cloud.call('states', 'ListExecutions', {
      stateMachineArn: machine(local),
      statusFilter: 'RUNNING',
    })) as { executions: { executionArn: string }[] };
    for (const { executionArn } of executions)
      await local.cloud.call('states', 'StopExecution', {
        executionArn,
        error: 'Killed',
        cause: 'the demonstration pulled the plug',
      });
    const copier = local.cloud.functions.list().find(({ name }) => name.includes('CopyFiles'));
    if (copier) local.cloud.kill(copier.name);
  });
  await holdfast(1, 'create', 'full', ROOT, '-t', TABLES, ...SNAPSHOTS, '--source', SOURCE, '--standalone');
  disarm();
  await holdfast(11, 'create', 'full', ROOT, '-t', TABLES, ...SNAPSHOTS, '--source', SOURCE);
  await holdfast(0, 'repair', ROOT);
}

const machine = (local: LocalCloud): string =>
  (local.outputs.Holdfast?.FullBackupStateMachine ?? '').replace(/:[^:]*$/, '');

/** Writes the restored tree out as files, where a stock HBase can read it. */
async function writeOut(local: LocalCloud, directory: string): Promise<number> {
  const keys = await keysOf(local, 'acme-restored', 'hbase/');
  for (const key of keys) {
    const file = join(directory, key);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, await bytesOf(local, 'acme-restored', key));
  }
  return keys.length;
}

const dir = mkdtempSync(join(tmpdir(), 'holdfast-demo-'));
let local: LocalCloud | undefined;
try {
  phase('The app', 'synthesized as for cdk deploy, and deployed in the embedded AWS on 127.0.0.1');
  const assemblyDir = await synthesize(PROJECT, {
    roots: [ROOT],
    sources: [SOURCE],
    targets: [TARGET],
    autoRepair: false,
    schedules: [],
  });
  local = await startLocal({
    dir,
    assemblyDir,
    schedules: false,
    imports: { 'acme-hbase': FIXTURE },
    buckets: ['acme-backups', 'acme-restored'],
  });
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: local.endpoint,
    AWS_REGION: local.region,
    AWS_ACCESS_KEY_ID: 'operator',
    AWS_SECRET_ACCESS_KEY: 'operator',
  });
  console.log(
    `${local.endpoint}  ${local.cloud.functions.list().length} functions; two tables that HBase 2.6.4 wrote are in ${SOURCE}`,
  );

  phase('A full backup', 'planned, copied, verified, sealed, committed');
  await holdfast(0, 'create', 'full', ROOT, '-t', TABLES, ...SNAPSHOTS, '--source', SOURCE);
  phase('Verified again', 'every HFile read: trailer, block checksums, key order, entry count');
  await holdfast(0, 'verify', ROOT, 'latest', '--deep');
  phase('The next full', 'HFiles never change: nothing is copied twice');
  await holdfast(0, 'create', 'full', ROOT, '-t', TABLES, ...SNAPSHOTS, '--source', SOURCE);
  await brokenBackup(local);
  await killedBackup(local);
  phase('A restore', 'as a snapshot below an HBase root directory, whole before it is visible');
  await holdfast(0, 'restore', ROOT, 'latest', '-t', 'shop:orders', '--target', TARGET, '-m', 'shop:orders_restored');
  const restored = join(PROJECT, '.holdfast', 'restored');
  rmSync(restored, { recursive: true, force: true });
  console.log(
    `${await writeOut(local, restored)} objects written out to ${relative(process.cwd(), restored)}/hbase: an HBase whose hbase.rootdir is that directory, or ExportSnapshot -copy-from it, clones the snapshot`,
  );
  phase('What there is now', '');
  await holdfast(0, 'history', '-p', ROOT);
  endPhase();
  console.log(`\n${pc.bold('Phases')}`);
  for (const [title, ms] of phases) console.log(`  ${title.padEnd(26)} ${(ms / 1000).toFixed(1)} s`);
  console.log(`  ${'altogether'.padEnd(26)} ${durationText(performance.now() - began)}`);
} finally {
  await local?.close();
  rmSync(dir, { recursive: true, force: true });
}
