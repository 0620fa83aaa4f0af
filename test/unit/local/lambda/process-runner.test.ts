import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { FunctionConfig } from '../../../../local/lambda/function-config.ts';
import { ProcessRunner } from '../../../../local/lambda/process-runner.ts';
import { temporaryDirectory } from '../tiny-app/tiny-app.ts';

const SOURCE = `
let calls = 0;
exports.handler = async (event) => {
  if (event.fill) for (const all = []; ; ) all.push(new Array(1e5).fill(Math.random()));
  if (event.reject) Promise.reject(new Error('nobody waits'));
  if (event.reject || event.hang) await new Promise((r) => event.reject && setTimeout(r, 10_000));
  return { pid: process.pid, calls: ++calls, given: process.env.GIVEN, own: process.env.OWN, home: process.env.HOME };
};`;

let runner: ProcessRunner;
afterEach(() => runner.close());

function functions(limit = 4) {
  const codeDir = temporaryDirectory();
  writeFileSync(join(codeDir, 'index.js'), SOURCE);
  runner = new ProcessRunner({ environment: () => ({ GIVEN: 'yes' }), limit });
  const config: FunctionConfig = {
    ...{ name: 'f', logicalId: 'F', arn: 'arn:f', version: '1', codeDir, handler: 'index.handler', roleArn: 'arn:r' },
    ...{ environment: { OWN: 'mine' }, timeoutSeconds: 20, memoryMb: 128 },
  };
  return async (event: unknown, changes: Partial<FunctionConfig> = {}) => {
    const invocation = { requestId: 'one', event: JSON.stringify(event), invokedArn: 'arn:f:1' };
    const result = await runner.run({ ...config, ...changes }, invocation);
    return result.kind === 'answer' ? (JSON.parse(result.payload) as Record<string, unknown>) : result.failure;
  };
}

it('gives a function its own environment and nothing of this process', async () => {
  const run = functions();
  expect(await run({})).toEqual({ pid: expect.any(Number), calls: 1, given: 'yes', own: 'mine' });
});

it('uses a version again while it is among the last used, else starts anew', async () => {
  const run = functions(2);
  const calls = async (version: string) => ((await run({}, { version })) as { calls: number }).calls;
  expect(await calls('1')).toBe(1);
  expect(await calls('2')).toBe(1);
  expect(await calls('1')).toBe(2);
  expect(await calls('3')).toBe(1);
  expect(await calls('1')).toBe(3);
  expect(await calls('2')).toBe(1);
});

it.each([
  ['memory that runs out', { fill: true }, {}, { errorType: 'Runtime.ExitError' }],
  ['a rejection that nobody handles', { reject: true }, {}, { errorType: 'Runtime.UnhandledPromiseRejection' }],
  ['a missing file', {}, { handler: 'none.handler' }, { errorType: 'Runtime.ImportModuleError' }],
  ['a missing export', {}, { handler: 'index.none' }, { errorType: 'Runtime.HandlerNotFound' }],
])('reports %s, and the next invocation works', async (_, event, changes, failure) => {
  const run = functions();
  expect(await run(event, changes)).toMatchObject(failure);
  expect(await run({})).toMatchObject({ calls: 1 });
});

it('answers null for a promise that nothing can settle any more', async () => {
  const run = functions();
  expect(await run({ hang: true })).toBeNull();
  expect(await run({})).toMatchObject({ calls: 1 });
});
