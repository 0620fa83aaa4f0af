import { LogDirectoryNotFound, LogUnreadable } from '../../../core/errors/log-errors.ts';
import { parseWalPath } from '../../../core/hbase/wal/wal-name.ts';
import type { ListedLog } from '../../../core/plan/logs/log-streams.ts';
import type { S3Uri } from '../../../core/s3-uri.ts';
import type { Logs } from '../../ports/logs.ts';
import type { ObjectStore } from '../../ports/object-store.ts';

/** In this order a log that moves while they are listed is seen in one of them at least: it moves to the second. */
const DIRECTORIES = ['WALs/', 'oldWALs/'] as const;

/** Logs found from HBase's files in S3. */
export function s3Logs(objects: Pick<ObjectStore, 'list'>): Logs {
  return {
    async list(wals) {
      const logs: ListedLog[] = [];
      let isThere = false;
      for (const directory of DIRECTORIES) {
        for await (const object of objects.list(wals.bucket, `${wals.prefix}/${directory}`)) {
          isThere = true;
          const path = object.key.slice(wals.prefix.length + 1);
          const file = parseWalPath(path);
          if (file.kind === 'unknown') throw unknown(wals, path, file.reason);
          if (file.kind !== 'wal') continue;
          const { size: sizeBytes, etag, lastModifiedMs: modifiedMs } = object;
          logs.push({ file, path, sizeBytes, etag, modifiedMs });
        }
      }
      if (!isThere) throw notFound(wals);
      return logs;
    },
  };
}

const unknown = (wals: S3Uri, path: string, reason: string) =>
  new LogUnreadable(
    `${wals.uri}/${path} lies where logs lie, and is none that is known: ${reason}`,
    'if it is not HBase’s, move it away; if it is, report its name; or back up from snapshots (--from-snapshot)',
    { path },
  );

const notFound = (wals: S3Uri) =>
  new LogDirectoryNotFound(
    `there is neither WALs/ nor oldWALs/ in ${wals.uri}`,
    'name the place of hbase.wal.dir with --wals, or back up from snapshots (--from-snapshot)',
    { wals: wals.uri },
  );
