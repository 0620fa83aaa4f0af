import { expect, test } from 'vitest';
import { holdfastCloud, ROOT } from '../support/holdfast-cloud.ts';

test('a schedule starts a backup, and its dead letters stay empty', async () => {
  const cloud = await holdfastCloud({ fixture: 'shop' });
  const nightly = cloud.cloud.scheduler.list().find(({ name }) => /nightly/i.test(name));
  expect(nightly).toBeDefined();
  await cloud.cloud.scheduler.fire(nightly?.arn ?? '', Date.UTC(2026, 10, 24, 2));
  const { executions } = (await cloud.cloud.call('states', 'ListExecutions', {
    stateMachineArn: cloud.stack.FullBackupStateMachine.replace(/:[^:]*$/, ''),
  })) as { executions: { executionArn: string }[] };
  expect(executions).toHaveLength(1);
  const ended = await cloud.ended(executions[0]?.executionArn ?? '');
  expect(ended.cause).toBeUndefined();
  expect(ended.output).toMatchObject({ root: ROOT, type: 'FULL', tables: 2 });
});
