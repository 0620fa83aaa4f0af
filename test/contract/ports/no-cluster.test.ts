import { describe, expect, it } from 'vitest';
import { noCluster } from '../../../lambdas/adapters/hbase/no-cluster.ts';
import { deleteTableSnapshots } from '../../../lambdas/operations/delete-table-snapshots.ts';
import { clusterRefusalConformance } from './cluster-refusal-conformance.ts';

describe('no cluster', () => clusterRefusalConformance(() => noCluster));

describe('DeleteTableSnapshots', () => {
  async function* intents() {
    yield { name: 'destination', kind: 'destination', what: 's3://backups/prod/images/backup_1700000000000/' } as const;
    for (const what of ['one', 'two']) yield { name: `table-snapshot-${what}`, kind: 'table-snapshot', what } as const;
  }
  const input = { root: 's3://backups/prod', sessionId: 'backup_1700000000000' };

  it('has the cluster remove each snapshot that the intents name, and nothing else', async () => {
    const removed: string[] = [];
    const cluster = { remove: async (name: string) => void removed.push(name) };
    expect(await deleteTableSnapshots({ table: { listIntents: intents }, cluster })(input)).toEqual({ deleted: 2 });
    expect(removed).toEqual(['one', 'two']);
  });

  it('stops at the first one that cannot be removed', async () => {
    const step = deleteTableSnapshots({ table: { listIntents: intents }, cluster: noCluster });
    await expect(step(input)).rejects.toMatchObject({ name: 'UnknownAnswer', message: expect.stringContaining('one') });
  });
});
