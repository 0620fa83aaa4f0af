import { expect, it } from 'vitest';
import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { parseS3Uri } from '../../../core/s3-uri.ts';
import type { ClusterSnapshots } from '../../../lambdas/ports/cluster-snapshots.ts';

const SOURCE = parseS3Uri('s3://hbase/root', 'source');
const NAME = 'holdfast_backup_1700000000000_orders';

/** What the port promises of whoever has no cluster to ask: a refusal by name, never an answer that was not given. */
export function clusterRefusalConformance(subject: () => ClusterSnapshots): void {
  const refusals = {
    create: {
      ask: () => subject().create(SOURCE, { table: 'shop:orders', name: NAME, ttlSeconds: 86_400 }),
      error: 'SnapshotNotFound',
      types: `snapshot 'shop:orders', '${NAME}'`,
    },
    poll: { ask: () => subject().poll(SOURCE, NAME), error: 'SnapshotNotFound', types: `list_snapshots '${NAME}'` },
    remove: { ask: () => subject().remove(NAME), error: 'UnknownAnswer', types: `delete_snapshot '${NAME}'` },
  };

  it.each(Object.entries(refusals))(
    '%s is refused by name, with what to type in the HBase shell',
    async (_, refusal) => {
      const error = await refusal.ask().then(
        (answer) => expect.unreachable(`it answered ${JSON.stringify(answer)}`),
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(HoldfastError);
      expect(error).toMatchObject({
        name: refusal.error,
        hint: expect.stringContaining(refusal.types),
        evidence: { snapshot: NAME },
      });
    },
  );

  it('removing is refused again and again: what was not removed is not forgotten (I9)', async () => {
    for (const _ of [1, 2]) await expect(subject().remove(NAME)).rejects.toMatchObject({ name: 'UnknownAnswer' });
  });
}
