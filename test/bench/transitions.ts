import { writeClusterId } from '../../core/hbase/cluster-id.ts';
import { holdfastCloud, ROOT, SOURCE } from '../support/holdfast-cloud.ts';
import { madeTable } from '../support/made-table.ts';

const FILES = 10_000;

/** State transitions of a whole backup, its maps' children included: what Step Functions bills. */
export async function transitions(): Promise<object> {
  const { cloud, run, clock } = await holdfastCloud();
  await cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: 'root/hbase.id', Body: writeClusterId('made') });
  for (const [key, Body] of madeTable('made:wide', 'made', FILES)) {
    await cloud.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${key}`, Body });
  }
  const counted = new Set<string>();
  cloud.states.onStatusChange(({ executionArn }) => counted.add(executionArn));
  const ended = await run('FullBackupStateMachine', { root: ROOT, source: SOURCE, tables: ['made:wide'] });
  if (ended.status !== 'SUCCEEDED') throw new Error(`${ended.error}: ${ended.cause}`);
  const all = [...counted].filter((arn) => /CopyFiles|VerifyFiles/.test(arn));
  const sum = all.reduce((total, arn) => total + cloud.states.transitionsOf(arn), 0);
  const parent = cloud.states.transitionsOf(ended.arn);
  return {
    ...{ name: 'transitions', files: FILES, parent, children: all.length, ofChildren: sum },
    copyAndVerifyPer1000: (sum / FILES) * 1_000,
    virtualSeconds: (clock.now() - Date.UTC(2026, 10, 23, 9, 30)) / 1_000,
  };
}
