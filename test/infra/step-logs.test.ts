import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalCloud, startLocal } from '../../local/start.ts';
import { testAssembly } from '../support/assembly.ts';
import { ROOT, SOURCE } from '../support/holdfast-cloud.ts';

/** The deployed bundles in processes of their own; what they write is what CloudWatch Logs would get. */
const dir = mkdtempSync(join(tmpdir(), 'holdfast-logs-'));
let local: LocalCloud;
let states: SFNClient;

beforeAll(async () => {
  const assemblyDir = await testAssembly();
  local = await startLocal({ dir, assemblyDir, buckets: ['backups', 'hbase'], schedules: false });
  const credentials = { accessKeyId: 'AKIAOPERATOR', secretAccessKey: 'x' };
  states = new SFNClient({ endpoint: local.endpoint, region: local.region, credentials });
});
afterAll(async () => {
  await local?.close();
  rmSync(dir, { recursive: true, force: true });
});

async function backUp(root: string): Promise<{ arn: string; error: string | undefined }> {
  const stateMachineArn = local.outputs.Holdfast!.FullBackupStateMachine!;
  const input = JSON.stringify({ root, source: SOURCE, tables: ['sensors'] });
  const { executionArn: arn = '' } = await states.send(new StartExecutionCommand({ stateMachineArn, input }));
  for (;;) {
    const { status, error } = await states.send(new DescribeExecutionCommand({ executionArn: arn }));
    if (status !== 'RUNNING') return { arn, error };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

interface Line {
  readonly service: string;
  readonly level: string;
  readonly message: string;
  readonly error?: { readonly name: string };
  readonly [field: string]: unknown;
}

/** Every line of every function so far; one that is no JSON fails. */
const lines = (): Line[] =>
  readdirSync(join(dir, 'logs')).flatMap((file) =>
    readFileSync(join(dir, 'logs', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line),
  );

/** Those of the steps: the platform writes its own. */
const stepLines = (): Line[] => lines().filter(({ type }) => type === undefined);

it('a step’s log lines say which step, how grave, which request, and for whom; those of failures name the error', async () => {
  // The bucket of the source has no hbase.id: PlanBackup fails inside the session, which is rolled back.
  const { arn, error } = await backUp(ROOT);
  expect(error).toBe('SourceNotFound');
  const logged = stepLines();
  for (const line of logged) {
    expect(line).toMatchObject({
      service: expect.stringMatching(/^[A-Z]\w+$/),
      level: expect.stringMatching(/^(INFO|ERROR)$/),
      timestamp: expect.stringMatching(/^20\d\d-/),
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  }
  const of = (service: string) => logged.filter((line) => line.service === service);
  const [committing] = of('SetActiveSnapshot');
  const session = { root: ROOT, sessionId: committing?.sessionId, execution: arn };
  expect(session.sessionId).toMatch(/^backup_\d{13}$/);
  expect(committing).toMatchObject({ level: 'INFO', ...session, milliseconds: expect.any(Number) });
  expect(of('CheckInput')).toEqual([expect.objectContaining({ root: ROOT, execution: arn })]);
  expect(of('PlanBackup')).toEqual([
    expect.objectContaining({ level: 'ERROR', ...session, error: expect.objectContaining({ name: 'SourceNotFound' }) }),
    expect.objectContaining({ level: 'INFO', ...session }),
  ]);
  for (const step of ['CleanDestination', 'RestoreSystemTable', 'EndRollBack']) {
    expect(of(step)).toEqual([expect.objectContaining({ root: ROOT, sessionId: session.sessionId })]);
  }
  const reports = lines().filter(({ type }) => type === 'platform.report');
  expect(reports.map(({ record }) => (record as { requestId: string }).requestId).sort()).toEqual(
    [...new Set(logged.map((line) => line.function_request_id))].sort(),
  );
  // Every line of the session is found by its root, whatever wrote it.
  const anonymous = logged.filter((line) => line.root === undefined).map(({ service }) => service);
  expect(anonymous).toEqual(anonymous.filter((service) => /^List/.test(service)));
});

it('a line about what is refused before any session names the root that was typed', async () => {
  const root = 's3://backups/not-configured';
  const { arn, error } = await backUp(root);
  expect(error).toBe('RootNotConfigured');
  const refusal = stepLines().find(({ level, execution }) => level === 'ERROR' && execution === arn);
  expect(refusal).toMatchObject({ service: 'CheckInput', root, error: { name: 'RootNotConfigured' } });
});
