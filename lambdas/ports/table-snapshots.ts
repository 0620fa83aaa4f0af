import type { S3Uri } from '../../core/s3-uri.ts';

/** The snapshot of a table that a backup is made from. */
export interface TableSnapshot {
  /** As HBase prints it: `ns:qualifier`, or `qualifier` in the default namespace. */
  readonly table: string;
  readonly snapshot: string;
  /** Epoch ms: the position of the table in the image. */
  readonly creationMs: number;
  /** Epoch ms, by S3's clock: when both of its files were there. */
  readonly wholeMs: number;
  readonly type: 'DISABLED' | 'FLUSH' | 'SKIPFLUSH';
  /** `.snapshotinfo`, verbatim. */
  readonly info: Uint8Array;
}

export interface WantedTables {
  /** Canonical names; null: every table of the source. */
  readonly tables: readonly string[] | null;
  /** Table → name of the snapshot to take; the newest complete one where a table has no entry. */
  readonly snapshots: Readonly<Record<string, string>>;
}

/**
 * Snapshots that lie in an HBase root directory. Reads only, strongly consistent. Asking a running cluster to take or
 * to delete one is another port: cluster-snapshots.ts.
 */
export interface TableSnapshots {
  /** `hbase.id`. @throws SourceNotFound; HBaseFormatError if it holds no id */
  clusterId(source: S3Uri): Promise<string>;
  /**
   * One snapshot a table, by table name in UTF-16 order. What is wrong with snapshots of other tables stops nobody.
   * @throws SnapshotNotFound naming the tables that have none (20 at most); SnapshotExpired, SnapshotStale, SnapshotUnsupported,
   *   SnapshotDamaged; SourceUnreadable for one in an archived storage class; InvalidInput for more than 1,000 tables;
   *   InvalidTableName for a folder below `data/` that HBase cannot have made
   */
  choose(source: S3Uri, wanted: WantedTables): Promise<readonly TableSnapshot[]>;
  /** `data.manifest`, verbatim. @throws SnapshotNotFound */
  dataManifest(source: S3Uri, snapshot: string): Promise<Uint8Array>;
}
