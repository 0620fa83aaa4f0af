import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const PROJECT = join(import.meta.dirname, '..', '..');
const HOLDFAST = join(PROJECT, 'cli', 'holdfast.ts');
const dir = mkdtempSync(join(tmpdir(), 'holdfast-local-'));
let child: ChildProcess | undefined;
afterAll(() => {
  child?.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

test('holdfast local says in one line when it is ready, with the places of its options, until it is stopped', async () => {
  const places = ['--root', 's3://acme-backups/prod', '--source', 's3://acme-hbase/shop/hbase'];
  const fixture = join(PROJECT, 'test', 'fixtures', 'hbase', 'shop.tar.zst');
  const options = ['--dir', dir, ...places, '--import', `acme-hbase=${fixture}`, '--no-schedules', '--json'];
  child = spawn(process.execPath, [HOLDFAST, 'local', ...options], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface({ input: child.stdout! }), 'line')) as [string];
  const ready = JSON.parse(line) as { endpoint: string; region: string; stack: string; pid: number };
  expect(ready).toEqual({
    ...{ endpoint: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/), stack: 'Holdfast' },
    ...{ region: expect.any(String), pid: expect.any(Number) },
  });

  const env = {
    ...{ PATH: process.env.PATH, AWS_ENDPOINT_URL: ready.endpoint, AWS_REGION: ready.region },
    ...{ AWS_ACCESS_KEY_ID: 'operator', AWS_SECRET_ACCESS_KEY: 'operator' },
  };
  const create = [
    'create',
    'full',
    's3://acme-backups/prod',
    '-t',
    'sensors',
    '--source',
    's3://acme-hbase/shop/hbase',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [HOLDFAST, ...create, '--dry-run', '--json'], { env });
  const plan = stdout.trim().split('\n').at(-1) ?? '';
  expect(JSON.parse(plan)).toMatchObject({ message_type: 'plan', tables: [{ table: 'sensors', files: 3 }] });

  process.kill(ready.pid, 'SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});
