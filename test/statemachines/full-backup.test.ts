import { expect, test } from 'vitest';
import type { BackupSummary } from '../../lambdas/contracts/commit-backup.contract.ts';
import { holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';

const INPUT = { root: ROOT, source: SOURCE, tables: ['shop:orders', 'sensors'] };

test('a full backup is committed, the next one copies nothing', async () => {
  const cloud = await holdfastCloud({ fixture: 'shop' });
  const first = await cloud.run('FullBackupStateMachine', INPUT);
  expect(first.cause).toBeUndefined();
  expect(first.status).toBe('SUCCEEDED');
  const second = await cloud.run('FullBackupStateMachine', INPUT);
  expect(second.status).toBe('SUCCEEDED');
  const [a, b] = [first.output, second.output] as BackupSummary[];
  expect(a?.newFiles).toBe(a?.files);
  expect(b).toMatchObject({ files: a?.files, bytes: a?.bytes, newFiles: 0, newBytes: 0 });
});
