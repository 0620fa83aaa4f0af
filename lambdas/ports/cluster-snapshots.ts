import type { S3Uri } from '../../core/s3-uri.ts';

/** A snapshot that a running cluster is asked for. */
export interface WantedSnapshot {
  /** As HBase prints it: `ns:qualifier`, or `qualifier` in the default namespace. */
  readonly table: string;
  /** Carries the session's id, so that no two sessions ask for the same one. */
  readonly name: string;
  /** After so many seconds HBase removes it by itself, should everybody forget it; HBase's 0, "never", is not asked for. */
  readonly ttlSeconds: number;
}

/**
 * Table snapshots made and removed by a running cluster: HBase's `Admin.snapshotAsync`, `isSnapshotFinished` and
 * `deleteSnapshot`. Who calls has recorded the intent (`table-snapshot`, what: the name) first (I5). The cluster is named
 * by its `hbase.rootdir`, where the snapshot then lies. No call is atomic with anything else; an answer that is lost
 * leaves open whether the call took effect, and each may be repeated until one is known.
 */
export interface ClusterSnapshots {
  /**
   * Asks for it and does not wait. Idempotent: one of that name which is there already, or being taken, is the answer.
   * @throws SnapshotNotFound if there is no cluster to ask or it has no such table; PlatformUnavailable
   */
  create(source: S3Uri, wanted: WantedSnapshot): Promise<void>;
  /**
   * TAKING: ask again later. MISSING: it was never begun, or failed in the cluster.
   * @throws SnapshotNotFound if there is no cluster to ask; PlatformUnavailable
   */
  poll(source: S3Uri, name: string): Promise<'TAKING' | 'DONE' | 'MISSING'>;
  /**
   * Idempotent: one that is not there is removed. Never through S3: the cluster may be reading it.
   * @throws UnknownAnswer if there is no cluster to ask, so that it may still be there (I9); PlatformUnavailable
   */
  remove(name: string): Promise<void>;
}
