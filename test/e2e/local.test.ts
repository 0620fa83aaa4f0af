import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { expectDocumented } from '../support/documented-messages.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const HOLDFAST = join(PROJECT, 'cli', 'holdfast.ts');
const FIXTURE = join(PROJECT, 'test', 'fixtures', 'hbase', 'shop.tar.zst');
const dir = mkdtempSync(join(tmpdir(), 'holdfast-local-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

interface Local {
  readonly ready: Record<string, unknown>;
  /** `holdfast` as the operator of it: exit code and the lines that it printed. */
  holdfast(...args: string[]): Promise<{ code: number; text: string }>;
  /** Stops it; the exit code. */
  stop(): Promise<number>;
}

async function startLocal(...options: string[]): Promise<Local> {
  const args = [HOLDFAST, 'local', '--no-schedules', '--json', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const ready = JSON.parse(line) as { endpoint: string; region: string; stack: string; pid: number };
  const env = {
    ...{ PATH: process.env.PATH, AWS_ENDPOINT_URL: ready.endpoint, AWS_REGION: ready.region },
    ...{ AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'operator', HOLDFAST_STACK: ready.stack },
  };
  return {
    ready: ready as unknown as Record<string, unknown>,
    holdfast: (...verb) =>
      new Promise((resolve) => {
        execFile(process.execPath, [HOLDFAST, ...verb], { env }, (error, stdout) =>
          resolve({ code: Number(error?.code ?? 0), text: stdout }),
        );
      }),
    async stop() {
      process.kill(ready.pid, 'SIGTERM');
      const [code] = (await once(child, 'exit')) as [number];
      return code;
    },
  };
}

test('holdfast local says in one line when it is ready, with the places of its options, until it is stopped', {
  timeout: 180_000,
}, async () => {
  const places = ['--root', 's3://acme-backups/prod', '--source', 's3://acme-hbase/shop/hbase'];
  const local = await startLocal('--dir', join(dir, 'options'), ...places, '--import', `acme-hbase=${FIXTURE}`);
  expectDocumented(local.ready);
  expect(local.ready).toEqual({
    ...{ message_type: 'ready', endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), stack: 'Holdfast' },
    ...{ region: expect.any(String), pid: expect.any(Number) },
  });
  const create = [
    'create',
    'full',
    's3://acme-backups/prod',
    '-t',
    'sensors',
    '--source',
    's3://acme-hbase/shop/hbase',
    // Made on some day before this one.
    '--snapshot',
    'sensors=sensors-T0',
  ];
  const { text } = await local.holdfast(...create, '--dry-run', '--json');
  const plan = text.trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(plan)).toMatchObject({ message_type: 'plan', tables: [{ table: 'sensors', files: 3 }] });
  expect(await local.stop()).toBe(0);
});

test('holdfast local takes stack, roots, sources and targets of a configuration file, and makes their buckets', {
  timeout: 180_000,
}, async () => {
  const config = join(dir, 'mine.json');
  const places = {
    roots: ['s3://their-backups/one', 's3://more-backups/two'],
    sources: ['s3://their-hbase/root'],
    targets: ['s3://their-restored/hbase'],
  };
  writeFileSync(config, JSON.stringify({ stack: 'Theirs', ...places, autoRepair: false }));
  const local = await startLocal('--dir', join(dir, 'config'), '--config', config);
  expect(local.ready).toMatchObject({ stack: 'Theirs' });
  const lines = (await local.holdfast('progress', '--json')).text.trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { root: string }).root)).toEqual(places.roots);
  const elsewhere = await local.holdfast(
    'create',
    'full',
    places.roots[0]!,
    '-t',
    'x',
    '--source',
    's3://other-hbase/root',
  );
  expect(elsewhere).toMatchObject({ code: 1, text: expect.stringContaining('configured: s3://their-hbase/root') });
  // Its buckets are there: what is missing is the HBase in the source.
  const empty = await local.holdfast('create', 'full', places.roots[1]!, '-t', 'x', '--source', places.sources[0]!);
  expect(empty).toMatchObject({ code: 12, text: expect.stringMatching(/SourceNotFound: .*hbase\.id/) });
  expect(await local.stop()).toBe(0);
});

test('a configuration file and places at the terminal exclude one another', async () => {
  const both = ['local', '--config', 'x.json', '--root', 's3://acme-backups/prod'];
  const { code, stderr } = await promisify(execFile)(process.execPath, [HOLDFAST, ...both]).catch((error) => error);
  expect(code).toBe(2);
  expect(stderr).toContain("cannot be used with option '--root <uri>'");
});
