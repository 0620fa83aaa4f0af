import { LogUnreadable } from '../../errors/log-errors.ts';
import { compareUtf8 } from '../../hbase/utf8-order.ts';
import type { WalFile, WalServer } from '../../hbase/wal/wal-name.ts';

/** A log as a listing shows it. */
export interface ListedLog {
  readonly file: WalFile;
  /** Below `hbase.wal.dir`, e.g. `oldWALs/…`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** When the object was written: a move to the archive writes it anew. Epoch ms. */
  readonly modifiedMs: number;
}

/** The logs that one server wrote one after another, oldest first; at least one. */
export interface LogStream {
  readonly server: WalServer;
  readonly group: string;
  readonly logs: readonly ListedLog[];
  /** Its newest log lies in `WALs/<server>`: the server may still write it. */
  readonly isServing: boolean;
}

/**
 * The streams of a listing, by server and group. A log that is just being moved stands in two places at once and counts
 * once, in the place where it stays.
 * @throws LogUnreadable for two logs of one name and different sizes
 */
export function logStreams(listed: Iterable<ListedLog>): LogStream[] {
  const byName = new Map<string, ListedLog>();
  for (const log of listed) {
    const other = byName.get(log.file.name);
    if (other !== undefined && other.sizeBytes !== log.sizeBytes) throw ambiguous(log, other);
    if (other === undefined || log.file.area === 'archive') byName.set(log.file.name, log);
  }
  const streams = Map.groupBy(byName.values(), ({ file }) => `${file.server.name}/${file.group}`);
  return [...streams]
    .sort(([a], [b]) => compareUtf8(a, b))
    .map(([, unsorted]) => {
      const logs = unsorted.sort((a, b) => a.file.createdMs - b.file.createdMs);
      const { server, group, area } = logs.at(-1)!.file;
      return { server, group, logs, isServing: area === 'active' };
    });
}

const ambiguous = (a: ListedLog, b: ListedLog) =>
  new LogUnreadable(
    `${a.path} has ${a.sizeBytes} bytes and ${b.path} ${b.sizeBytes}: two logs of one name`,
    'find out which is HBase’s, remove the other, and start the backup again',
    { path: a.path, other: b.path },
  );
