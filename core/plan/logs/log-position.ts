import { compareUtf8 } from '../../hbase/utf8-order.ts';
import type { ListedLog, LogStream } from './log-streams.ts';

/**
 * How far an image has the logs of one stream: of a server's life and, where a server writes several logs at once, a
 * group of it.
 */
export interface LogPosition {
  /** `host,port,startcode`. */
  readonly server: string;
  /** Empty, or e.g. `regiongroup-0`. */
  readonly group: string;
  /** Creation, ms, as its name says, of the oldest log that the next increment needs; it was there when this was decided. */
  readonly from: number;
  /** The server has ended and the image has all that it wrote: its logs may go. */
  readonly isEnded: boolean;
  /**
   * Nothing that the server wrote before this log is in the image, and nothing of this log has been read: it must have
   * been the server's first (region-beginnings.ts).
   */
  readonly isFirst?: true;
}

/** Positions that an increment can rest on, or why there are none. */
export type LogPositions =
  | { readonly logs: readonly LogPosition[]; readonly note?: undefined }
  | { readonly logs: null; readonly note: string };

/**
 * A server's first log is made when it opens its first region, moments after its start code. By names alone an older
 * first log that was cleaned away cannot be told from one that never was, so that a later beginning counts as a gap
 * before anything is read; what a log that began within this time has in it is looked at too (region-beginnings.ts).
 */
export const FIRST_LOG_WITHIN_MS = 120_000;

export interface SnapshotMoment {
  readonly createdMs: number;
  readonly type: 'DISABLED' | 'FLUSH' | 'SKIPFLUSH';
}

/**
 * Where the logs stand for a table snapshot: what was written before its creation is in its files, so of each stream
 * the newest log that was begun before is the first that the next increment needs (docs/design.md, "Log positions").
 */
export function positionsOfSnapshot(
  streams: readonly LogStream[],
  snapshot: SnapshotMoment,
  clockMarginMs: number,
): LogPositions {
  if (snapshot.type === 'SKIPFLUSH') {
    return { logs: null, note: 'the snapshot was taken with SKIP_FLUSH: what was in memory then is in no file' };
  }
  const before = snapshot.createdMs - clockMarginMs;
  const logs: LogPosition[] = [];
  for (const stream of streams) {
    const { server, group } = stream;
    const newest = stream.logs.at(-1)!;
    if (!stream.isServing && newest.modifiedMs < before) {
      logs.push({ server: server.name, group, from: newest.file.createdMs, isEnded: true });
      continue;
    }
    const known = stream.logs.findLast(({ file }) => file.createdMs <= before);
    const first = known ?? firstOfServer(stream);
    if (first === undefined) {
      const note = `the logs of ${server.name} from before the snapshot were removed: ${stream.logs[0]!.file.name} is the oldest`;
      return { logs: null, note };
    }
    const isFirst = known === undefined && ({ isFirst: true } as const);
    logs.push({ server: server.name, group, from: first.file.createdMs, isEnded: false, ...isFirst });
  }
  return { logs: sortedPositions(logs) };
}

/** The oldest log of a stream if nothing can have been before it. */
export function firstOfServer({ server, logs }: LogStream): ListedLog | undefined {
  const oldest = logs[0]!;
  return oldest.file.createdMs - server.startCode <= FIRST_LOG_WITHIN_MS ? oldest : undefined;
}

export const sortedPositions = (logs: readonly LogPosition[]): LogPosition[] =>
  logs.toSorted((a, b) => compareUtf8(a.server, b.server) || compareUtf8(a.group, b.group));
