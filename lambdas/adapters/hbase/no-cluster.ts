import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import { SnapshotNotFound } from '../../../core/errors/source-errors.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { ClusterSnapshots } from '../../ports/cluster-snapshots.ts';

const nobodyToAsk = (source: S3Uri, hint: string, evidence: object) =>
  new SnapshotNotFound(`this release asks no cluster for snapshots, nor that of ${source.uri}`, hint, { ...evidence });

/** This release is connected to no cluster: every call is refused by name, with what a person types instead. */
export const noCluster: ClusterSnapshots = {
  async create(source, { table, name }) {
    throw nobodyToAsk(source, `snapshot '${table}', '${name}' in the HBase shell`, { table, snapshot: name });
  },

  async poll(source, name) {
    throw nobodyToAsk(source, `list_snapshots '${name}' in the HBase shell`, { snapshot: name });
  },

  async remove(name) {
    // I9: it may be there; not to find it in S3 says nothing while the cluster could still be taking it.
    throw new UnknownAnswer(
      `the table snapshot ${name} may be in its cluster still, and this release asks no cluster to remove it`,
      `delete_snapshot '${name}' in the HBase shell, with the release that took it deployed again`,
      { snapshot: name },
    );
  },
};
