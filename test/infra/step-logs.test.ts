import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalCloud, startLocal } from '../../local/start.ts';
import { testAssembly } from '../support/assembly.ts';
import { ROOT } from '../support/holdfast-cloud.ts';

/** The deployed bundles in processes of their own; what they write is what CloudWatch Logs would get. */
const dir = mkdtempSync(join(tmpdir(), 'holdfast-logs-'));
let local: LocalCloud;

beforeAll(async () => {
  const assemblyDir = await testAssembly();
  local = await startLocal({ dir, assemblyDir, buckets: ['backups', 'hbase'], schedules: false });
});
afterAll(async () => {
  await local?.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Line {
  readonly [field: string]: unknown;
}

/** Every line that the function of a step wrote; one that is no JSON fails. */
function linesOf(step: string): Line[] {
  const file = readdirSync(join(dir, 'logs')).find((name) => name.startsWith(`Holdfast-${step}Function`)) ?? step;
  const lines = readFileSync(join(dir, 'logs', file), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as Line);
}

/** Calls a step's function as its state does; answers the lines of the step, then those of the platform. */
async function invoke(step: string, input: object): Promise<[Line[], Line[]]> {
  const named = new RegExp(`^${step}Function[0-9A-F]{8}$`);
  const { name: FunctionName = '' } = local.cloud.functions.list().find(({ logicalId }) => named.test(logicalId)) ?? {};
  const Payload = JSON.stringify({ contract: 1, ...input });
  await local.cloud.call('lambda', 'Invoke', { FunctionName, Payload });
  const lines = linesOf(step);
  return [lines.filter(({ type }) => type === undefined), lines.filter(({ type }) => type !== undefined)];
}

const execution = {
  arn: 'arn:aws:states:us-east-1:000000000000:execution:FullBackup:e1',
  name: 'e1',
  startTime: '2026-11-23T09:30:00.000Z',
};
const session = { root: ROOT, sessionId: 'backup_1700000000000', epoch: 7 };
const REQUEST_ID = expect.stringMatching(/^[0-9a-f-]{36}$/);
const always = { timestamp: expect.stringMatching(/^20\d\d-/), function_request_id: REQUEST_ID };

it('a line says which step, how grave, when, which request, for whom, and how long it took', async () => {
  const [lines] = await invoke('CheckFlag', { root: ROOT, execution });
  expect(lines).toEqual([
    expect.objectContaining({
      ...{ service: 'CheckFlag', level: 'INFO', ...always, root: ROOT },
      ...{ execution: execution.arn, milliseconds: expect.any(Number) },
    }),
  ]);
});

it('a failure has a line with the name of the error; the platform’s lines are of the same request', async () => {
  // No flag is set: the step of a session is fenced off.
  const [lines, platform] = await invoke('CommitBackup', { ...session, execution, sealed: SEALED });
  const common = { service: 'CommitBackup', ...always, ...session, execution: execution.arn };
  expect(lines).toEqual([
    expect.objectContaining({ ...common, level: 'ERROR', error: expect.objectContaining({ name: 'Fenced' }) }),
    expect.objectContaining({ ...common, level: 'INFO' }),
  ]);
  const requestId = lines[0]?.function_request_id;
  expect(platform.map(({ type, record }) => ({ type, record }))).toEqual([
    { type: 'platform.start', record: expect.objectContaining({ requestId }) },
    { type: 'platform.report', record: expect.objectContaining({ requestId, status: 'error', errorType: 'Fenced' }) },
  ]);
});

it('a child of a map says for which session it works', async () => {
  const Items = [{ chunk: 0, files: 1, bytes: 1 }];
  const BatchInput = { contract: 1, ...session, source: 's3://hbase/root' };
  const [lines] = await invoke('CopyFiles', { Items, BatchInput });
  expect(lines[0]).toMatchObject({ service: 'CopyFiles', level: 'ERROR', ...session });
});

it('what is refused before any session has the root that was typed, and no data of the input', async () => {
  const root = 's3://backups/not-configured';
  const [lines] = await invoke('CheckInput', {
    execution,
    input: { root, source: 's3://hbase/root', tables: ['pri:vate'] },
  });
  expect(lines[0]).toMatchObject({
    level: 'ERROR',
    root,
    execution: execution.arn,
    error: { name: 'RootNotConfigured' },
  });
  expect(JSON.stringify(lines)).not.toContain('pri:vate');
});

const SEALED = {
  ...{ manifestSha256: '0'.repeat(64), files: 1, bytes: 1, newFiles: 1, newBytes: 1, holders: [] },
  ...{ positionFrom: 1, positionTo: 1 },
};
