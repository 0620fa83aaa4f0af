import { NothingToBackUp } from '../../errors/chain-errors.ts';
import { LogGap, NoLogPosition } from '../../errors/log-errors.ts';
import { firstOfServer, type LogPosition, sortedPositions } from './log-position.ts';
import type { ListedLog, LogStream } from './log-streams.ts';

/** A table and the image that its increment is to rest on. */
export interface LogBase {
  readonly table: string;
  /** The parent's id, for messages. */
  readonly parent: string;
  /** Up to where the parent has the table, epoch ms. */
  readonly position: number;
  readonly logs: readonly LogPosition[];
}

export interface LogOptions {
  readonly nowMs: number;
  /** By how much the clocks of the servers may differ, and a log's name from its first entry. */
  readonly clockMarginMs: number;
  /** Whether what is readable of logs that are still written counts too. */
  readonly includeActive: boolean;
  /** The increment goes no further, though the logs do; epoch ms. */
  readonly untilMs?: number | undefined;
}

/**
 * How a log may end. CLOSED: its server went on to another one, so that it has a trailer or is truncated. LAST: nobody
 * writes it any more and its writer may have died: a torn tail is legal. OPEN: it is being written.
 */
export type LogEnd = 'CLOSED' | 'LAST' | 'OPEN';

export interface PlannedLog {
  readonly log: ListedLog;
  readonly end: LogEnd;
  /** Places in the list of bases of the tables that need it. */
  readonly tables: readonly number[];
  /** Those of them that have nothing of its stream: it must begin with the server's first log. */
  readonly newTo: readonly number[];
}

export interface LogPlan {
  /** T: what was written later is left to the next increment. Epoch ms. */
  readonly boundary: number;
  /** By stream, oldest first; each is read once. */
  readonly logs: readonly PlannedLog[];
  /** Streams that no parent knows: that nothing of them is missing rests on names alone. */
  readonly newServers: readonly string[];
}

/**
 * Decides, once and from one listing, which logs an increment reads and up to which moment it goes
 * (docs/design.md, "Log positions").
 * @throws NothingToBackUp, LogGap
 */
export function planLogs(streams: readonly LogStream[], bases: readonly LogBase[], options: LogOptions): LogPlan {
  const blind = streams.some(({ isServing }) => isServing) ? undefined : bases[0];
  if (blind !== undefined)
    throw gap(blind, 'no server has a log in WALs/, so that up to when the archived ones go is not known');
  const boundary = boundaryOf(streams, options);
  const tooNew = bases.find(({ position }) => boundary <= position);
  if (tooNew !== undefined) throw nothing(tooNew, boundary, options);
  const needed = bases.map((base) => neededFrom(streams, base));
  const logs: PlannedLog[] = [];
  for (const stream of streams) {
    for (const [i, log] of stream.logs.entries()) {
      const isNewest = i === stream.logs.length - 1;
      const end = isNewest ? (stream.isServing ? 'OPEN' : 'LAST') : 'CLOSED';
      if (end === 'OPEN' && !options.includeActive) continue;
      const tables = bases.flatMap((_, table) => (log.file.createdMs >= needed[table]!(stream) ? [table] : []));
      const newTo = tables.filter((table) => isNewTo(bases[table]!, stream));
      if (tables.length > 0) logs.push({ log, end, tables, newTo });
    }
  }
  const newServers = streams
    .filter((stream) => bases.some((base) => knownPosition(base, stream) === undefined))
    .map(({ server }) => server.name);
  return { boundary, logs, newServers: [...new Set(newServers)] };
}

/**
 * The positions after an increment: of each stream the oldest log that is not wholly in it. `lastWrites` says of a log
 * by name when its last entry was written, as whoever read it found; a log without entries has none.
 */
export function positionsAfter(
  streams: readonly LogStream[],
  bases: readonly LogBase[],
  lastWrites: ReadonlyMap<string, number | undefined>,
  at: { readonly boundary: number; readonly clockMarginMs: number; readonly plannedAt: number },
): LogPosition[] {
  const { boundary, clockMarginMs, plannedAt } = at;
  const sure = boundary - clockMarginMs;
  return sortedPositions(
    streams.map((stream) => {
      const { server, group, logs } = stream;
      // HBase names a log before it goes on to it: what was written meanwhile is in the log before, and is later than the name.
      const isIn = ({ file }: ListedLog, next?: ListedLog) =>
        (next?.file.createdMs ?? Infinity) <= sure && (lastWrites.get(file.name) ?? 0) <= sure;
      const oldest = logs.findIndex((log, i) => !isIn(log, logs[i + 1]));
      const { file } = logs[oldest]!;
      const isWholly = lastWrites.has(file.name) && (lastWrites.get(file.name) ?? 0) <= sure;
      const wasEnded = bases.every((base) => knownPosition(base, stream)?.isEnded);
      // A log that was archived while WALs/ was listed has a successor that the listing missed.
      const isArchived = file.area === 'archive' && logs[oldest]!.modifiedMs < plannedAt - clockMarginMs;
      const isEnded = oldest === logs.length - 1 && isArchived && (isWholly || wasEnded);
      const isFirst = oldest === 0 && !isEnded && bases.some((base) => isNewTo(base, stream));
      return { server: server.name, group, from: file.createdMs, isEnded, ...(isFirst && { isFirst }) };
    }),
  );
}

/**
 * Rolls of several servers are not simultaneous: the image ends where the first of them ends. An open log has nothing
 * that is newer than its object: where logs are copied to S3, that may be long ago.
 */
function boundaryOf(streams: readonly LogStream[], options: LogOptions): number {
  const { nowMs, clockMarginMs, includeActive, untilMs = Number.POSITIVE_INFINITY } = options;
  const open = streams.filter(({ isServing }) => isServing).map(({ logs }) => logs.at(-1)!);
  const ends = open.map(({ file, modifiedMs }) => (includeActive ? modifiedMs : file.createdMs));
  return Math.min(untilMs, Math.min(nowMs, ...ends) - clockMarginMs);
}

const knownPosition = ({ logs }: LogBase, { server, group }: LogStream): LogPosition | undefined =>
  logs.find((position) => position.server === server.name && position.group === group);

/** Whether the table has nothing of the stream. */
function isNewTo(base: LogBase, stream: LogStream): boolean {
  const position = knownPosition(base, stream);
  return position === undefined || position.isFirst === true;
}

/** From which log on a table needs each stream. @throws LogGap */
function neededFrom(streams: readonly LogStream[], base: LogBase): (stream: LogStream) => number {
  for (const { server, group, from, isEnded } of base.logs) {
    const stream = streams.find((other) => other.server.name === server && other.group === group);
    if (isEnded) {
      const later = stream?.logs.find(({ file }) => file.createdMs > from)?.file.name;
      if (later === undefined) continue;
      throw gap(base, `${server} was taken for ended, and has written ${later} since`);
    }
    if (stream?.logs.some(({ file }) => file.createdMs === from)) continue;
    throw gap(base, `the log of ${server}${group && ` (${group})`} that was begun at ${from} is gone`);
  }
  for (const stream of streams) {
    // A group that a known server began later cannot be told from one whose first logs were removed.
    if (knownPosition(base, stream) !== undefined || firstOfServer(stream) !== undefined) continue;
    const oldest = stream.logs[0]!.file.name;
    throw gap(base, `${oldest} is the oldest log of ${stream.server.name}, and not its first`);
  }
  return (stream) => {
    const position = knownPosition(base, stream);
    if (position === undefined) return 0;
    return position.isEnded ? Infinity : position.from;
  };
}

const gap = ({ table, parent }: LogBase, what: string) =>
  new LogGap(
    `${table}: ${what}, and ${parent} does not have what it held`,
    'take a full of the table, or run it again with --or-full; keep logs longer: hbase.master.logcleaner.ttl, or a log archive',
    { table, parent },
  );

function nothing({ table, parent, position }: LogBase, boundary: number, { includeActive, untilMs }: LogOptions) {
  const at = (ms: number) => new Date(ms).toISOString();
  if (untilMs === boundary) {
    return new NothingToBackUp(
      `${table}: ${parent} has everything up to ${at(position)}, which is not before until (${at(untilMs)})`,
      'give a later until, or leave it out',
      { table, parent, boundary, position },
    );
  }
  return new NothingToBackUp(
    `${table}: the logs that can be read end at ${at(boundary)}, and ${parent} has everything up to ${at(position)}`,
    includeActive
      ? 'wait, then run it again'
      : 'roll the logs (hbase shell: wal_roll ‘<server>’ for each server), then run it again; or add --include-active',
    { table, parent, boundary, position },
  );
}

/** @throws NoLogPosition */
export function logBaseOf(
  table: string,
  parent: {
    readonly id: string;
    readonly position: number;
    readonly logs: readonly LogPosition[] | null;
    readonly note: string;
  },
): LogBase {
  if (parent.logs === null) {
    throw new NoLogPosition(
      `${table}: no increment from logs can rest on ${parent.id}: ${parent.note}`,
      'take a full of the table from a new FLUSH snapshot while the logs can be listed, or run it again with --or-full or --from-snapshot',
      { table, parent: parent.id },
    );
  }
  return { table, parent: parent.id, position: parent.position, logs: parent.logs };
}
