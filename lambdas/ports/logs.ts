import type { ListedLog } from '../../core/plan/logs/log-streams.ts';
import type { S3Uri } from '../../core/s3-uri.ts';

/** The write-ahead logs of a cluster's region servers, as they lie in S3. Reads only, strongly consistent. */
export interface Logs {
  /**
   * Every log below `WALs/` and `oldWALs/` of `hbase.wal.dir`; logs of `hbase:meta` and of masters, and markers of S3
   * clients, are none. One that is just being moved may come twice.
   * @throws LogDirectoryNotFound if nothing lies there; LogUnreadable for what lies where logs lie and has no name of one
   */
  list(wals: S3Uri): Promise<readonly ListedLog[]>;
}
