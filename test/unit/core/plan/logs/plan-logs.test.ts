import { describe, expect, it } from 'vitest';
import { NothingToBackUp } from '../../../../../core/errors/chain-errors.ts';
import { LogGap, LogUnreadable, NoLogPosition } from '../../../../../core/errors/log-errors.ts';
import { parseWalPath, type WalFile } from '../../../../../core/hbase/wal/wal-name.ts';
import { positionsOfSnapshot } from '../../../../../core/plan/logs/log-position.ts';
import { type ListedLog, logStreams } from '../../../../../core/plan/logs/log-streams.ts';
import { logBaseOf, planLogs, positionsAfter } from '../../../../../core/plan/logs/plan-logs.ts';

const START = 1_795_452_680_000;
const server = (host: string, start = START) => `${host},16020,${start}`;
const A = server('a');
const B = server('b');

/** Times are ms after START. */
function log(
  area: 'WALs' | 'splitting' | 'oldWALs',
  of: string,
  after: number,
  more: { group?: string; size?: number; modified?: number } = {},
): ListedLog {
  const prefix = of.replaceAll(',', '%2C');
  const group = more.group === undefined ? '' : `.${prefix}.${more.group}`;
  const name = `${prefix}${group}.${START + after}`;
  const directory = { WALs: `WALs/${of}/`, splitting: `WALs/${of}-splitting/`, oldWALs: 'oldWALs/' }[area];
  const file = parseWalPath(`${directory}${name}`);
  expect(file.kind).toBe('wal');
  const modifiedMs = START + (more.modified ?? after);
  return { file: file as WalFile, path: `${directory}${name}`, sizeBytes: more.size ?? 1_000, etag: '"e"', modifiedMs };
}

const options = { nowMs: START + 10_000_000, clockMarginMs: 0, includeActive: false };
const known = (of: string, from: number, isEnded = false) => ({ server: of, group: '', from: START + from, isEnded });
const base = (position: number, ...logs: ReturnType<typeof known>[]) => ({
  table: 't',
  parent: 'backup_1',
  position: START + position,
  logs,
});
const names = (plan: ReturnType<typeof planLogs>) =>
  plan.logs.map(({ log: { file }, end }) => [file.server.host, file.createdMs - START, end]);

describe('the boundary', () => {
  it('is the oldest of the newest rolls of the servers that serve, less the margin', () => {
    const streams = logStreams([
      log('WALs', A, 1_000),
      log('WALs', A, 60_000),
      log('WALs', B, 1_000),
      log('WALs', B, 70_000),
    ]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000), known(B, 1_000))], {
      ...options,
      clockMarginMs: 5_000,
    });
    expect(plan.boundary).toBe(START + 55_000);
    expect(names(plan)).toEqual([
      ['a', 1_000, 'CLOSED'],
      ['b', 1_000, 'CLOSED'],
    ]);
  });

  it('is not held back by servers that have ended', () => {
    const streams = logStreams([log('oldWALs', A, 1_000), log('WALs', B, 1_000), log('WALs', B, 70_000)]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000), known(B, 1_000))], options);
    expect(plan.boundary).toBe(START + 70_000);
    expect(names(plan)[0]).toEqual(['a', 1_000, 'LAST']);
  });

  it('goes up to now where open logs count, and takes them', () => {
    const streams = logStreams([log('WALs', A, 1_000, { modified: 20_000_000 })]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000))], {
      ...options,
      includeActive: true,
      clockMarginMs: 1,
    });
    expect(plan.boundary).toBe(options.nowMs - 1);
    expect(names(plan)).toEqual([['a', 1_000, 'OPEN']]);
  });

  it('is not later than what an open log’s object can hold', () => {
    const streams = logStreams([
      log('WALs', A, 1_000, { modified: 80_000 }),
      log('WALs', B, 1_000, { modified: 50_000 }),
    ]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000), known(B, 1_000))], {
      ...options,
      includeActive: true,
    });
    expect(plan.boundary).toBe(START + 50_000);
  });

  it('is not guessed where only archived logs can be seen', () => {
    const streams = logStreams([log('oldWALs', A, 1_000), log('oldWALs', A, 60_000)]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000))], options)).toThrow(LogGap);
  });

  it('that is not after the parent makes no empty image', () => {
    const streams = logStreams([log('WALs', A, 1_000)]);
    expect(() => planLogs(streams, [base(1_000, known(A, 1_000))], options)).toThrow(NothingToBackUp);
  });
});

describe('the logs', () => {
  it('are those from the position of each table on, each read once', () => {
    const streams = logStreams([
      log('oldWALs', A, 1_000),
      log('oldWALs', A, 20_000),
      log('WALs', A, 40_000),
      log('WALs', A, 60_000),
    ]);
    const older = base(2_000, known(A, 1_000));
    const newer = { ...base(41_000, known(A, 40_000)), table: 'u' };
    const plan = planLogs(streams, [older, newer], options);
    expect(plan.logs.map(({ tables }) => tables)).toEqual([[0], [0], [0, 1]]);
  });

  it('of an ended server are not taken again', () => {
    const streams = logStreams([log('oldWALs', A, 1_000), log('WALs', B, 1_000), log('WALs', B, 70_000)]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000, true), known(B, 1_000))], options);
    expect(names(plan)).toEqual([['b', 1_000, 'CLOSED']]);
  });

  it('of a server that joined are all taken, and the plan says on what that rests', () => {
    const joined = server('c', START + 30_000);
    const streams = logStreams([
      log('WALs', A, 1_000),
      log('WALs', A, 90_000),
      log('WALs', joined, 32_000),
      log('WALs', joined, 80_000),
    ]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000))], options);
    expect(names(plan)).toEqual([
      ['a', 1_000, 'CLOSED'],
      ['c', 32_000, 'CLOSED'],
    ]);
    expect(plan.newServers).toEqual([joined]);
    // What they have in them must show that the first of them is the server's first.
    expect(plan.logs.map(({ newTo }) => newTo)).toEqual([[], [0]]);
    const again = { ...base(2_000, known(A, 1_000)), table: 'u' };
    const known2 = { ...base(2_000, known(A, 1_000)), logs: [known(A, 1_000), known(joined, 32_000)] };
    expect(planLogs(streams, [known2, again], options).logs.map(({ newTo }) => newTo)).toEqual([[], [1]]);
    const unread = { ...known(joined, 32_000), isFirst: true } as const;
    const notRead = { ...known2, logs: [known(A, 1_000), unread] };
    expect(planLogs(streams, [notRead], options).logs.map(({ newTo }) => newTo)).toEqual([[], [0]]);
    const positionAt = (boundary: number) =>
      positionsAfter(streams, [again], new Map(), {
        ...{ boundary: START + boundary, clockMarginMs: 0, plannedAt: START + 90_000 },
      })[1];
    expect(positionAt(60_000)).toEqual({ ...known(joined, 32_000), isFirst: true });
    expect(positionAt(80_000)).toEqual(known(joined, 80_000));
  });

  it('of a server that died and came back under a new start code are those of two servers, each taken to its end', () => {
    const again = server('a', START + 40_000);
    const streams = logStreams([
      log('oldWALs', A, 1_000),
      log('splitting', A, 30_000),
      log('WALs', again, 41_000),
      log('WALs', again, 90_000),
    ]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000))], options);
    expect(names(plan)).toEqual([
      ['a', 1_000, 'CLOSED'],
      ['a', 30_000, 'LAST'],
      ['a', 41_000, 'CLOSED'],
    ]);
    expect(plan.newServers).toEqual([again]);
  });

  it('may be ten thousand, and empty', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => log('oldWALs', A, 1_000 + i, { size: 0 }));
    const streams = logStreams([...many, log('WALs', A, 20_000)]);
    const plan = planLogs(streams, [base(2_000, known(A, 1_000))], options);
    expect(plan.logs).toHaveLength(10_000);
    expect(
      positionsAfter(streams, [base(2_000, known(A, 1_000))], new Map(), {
        ...{ boundary: plan.boundary, clockMarginMs: 0, plannedAt: START + 90_000 },
      }),
    ).toEqual([known(A, 20_000)]);
  });

  it('of groups are streams of their own', () => {
    const streams = logStreams([
      log('WALs', A, 1_000, { group: 'regiongroup-0' }),
      log('WALs', A, 50_000, { group: 'regiongroup-0' }),
      log('WALs', A, 2_000, { group: 'regiongroup-1' }),
    ]);
    expect(streams.map(({ group, logs }) => [group, logs.length])).toEqual([
      ['regiongroup-0', 2],
      ['regiongroup-1', 1],
    ]);
    // The second group was not rolled: its only log holds the boundary back.
    expect(planLogs(streams, [base(1_500)], options).boundary).toBe(START + 2_000);
  });

  it('that stand in two places while they are moved count once', () => {
    const [stream] = logStreams([log('WALs', A, 1_000), log('oldWALs', A, 1_000), log('WALs', A, 50_000)]);
    expect(stream?.logs.map(({ path }) => path.split('/')[0])).toEqual(['oldWALs', 'WALs']);
    expect(() => logStreams([log('WALs', A, 1_000), log('oldWALs', A, 1_000, { size: 7 })])).toThrow(LogUnreadable);
  });
});

describe('a gap', () => {
  it('is a log that the next increment needs and that is gone, also with later ones there', () => {
    const streams = logStreams([log('WALs', A, 20_000), log('WALs', A, 60_000)]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000))], options)).toThrow(LogGap);
  });

  it('is a server that has not ended and has no log any more', () => {
    const streams = logStreams([log('WALs', B, 1_000), log('WALs', B, 60_000)]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000), known(B, 1_000))], options)).toThrow(LogGap);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000, true), known(B, 1_000))], options)).not.toThrow();
  });

  it('is a server that was taken for ended and went on', () => {
    const streams = logStreams([
      log('oldWALs', A, 1_000),
      log('oldWALs', A, 20_000),
      log('WALs', A, 60_000),
      log('WALs', B, 60_000),
    ]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000, true), known(B, 60_000))], options)).toThrow(LogGap);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000), known(B, 60_000))], options)).not.toThrow();
  });

  it('is a server that joined and whose first log is not among its logs', () => {
    const joined = server('c', START + 30_000);
    const streams = logStreams([
      log('WALs', A, 1_000),
      log('WALs', A, 900_000),
      log('WALs', joined, 700_000),
      log('WALs', joined, 800_000),
    ]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000))], options)).toThrow(LogGap);
  });

  it('is a group of a known server whose first log is not among its logs', () => {
    const streams = logStreams([
      log('WALs', A, 1_000),
      log('WALs', A, 900_000),
      log('WALs', A, 700_000, { group: 'regiongroup-1' }),
      log('WALs', A, 900_000, { group: 'regiongroup-1' }),
    ]);
    expect(() => planLogs(streams, [base(2_000, known(A, 1_000))], options)).toThrow(LogGap);
  });
});

describe('positions after an increment', () => {
  const ended = (
    streams: ReturnType<typeof logStreams>,
    last: [string, number | undefined][],
    boundary: number,
    clockMarginMs = 0,
  ) =>
    positionsAfter(streams, [base(0)], new Map(last), {
      boundary: START + boundary,
      ...{ clockMarginMs, plannedAt: START + 90_000 },
    }).map(({ server: s, from, isEnded }) => [s, from - START, isEnded]);

  it('are the oldest log that has, or may have, something written later', () => {
    const streams = logStreams([log('oldWALs', A, 1_000), log('WALs', A, 60_000), log('WALs', A, 80_000)]);
    expect(ended(streams, [], 80_000)).toEqual([[A, 80_000, false]]);
    expect(ended(streams, [], 79_999)).toEqual([[A, 60_000, false]]);
    expect(ended(streams, [], 80_000, 25_000)).toEqual([[A, 1_000, false]]);
    // HBase goes on to a log a moment after it has named it.
    const before = streams[0]!.logs[1]!.file.name;
    expect(ended(streams, [[before, START + 80_000]], 80_000)).toEqual([[A, 80_000, false]]);
    expect(ended(streams, [[before, START + 80_001]], 80_000)).toEqual([[A, 60_000, false]]);
  });

  it('end a server whose last log was archived and read to its end before the boundary', () => {
    const streams = logStreams([log('oldWALs', A, 1_000), log('oldWALs', A, 2_000)]);
    const { name } = streams[0]!.logs[1]!.file;
    expect(ended(streams, [[name, START + 3_000]], 80_000)).toEqual([[A, 2_000, true]]);
    expect(ended(streams, [[name, undefined]], 80_000)).toEqual([[A, 2_000, true]]);
    expect(ended(streams, [[name, START + 81_000]], 80_000)).toEqual([[A, 2_000, false]]);
    expect(ended(streams, [], 80_000)).toEqual([[A, 2_000, false]]);
    // Its next log was begun between the listings of WALs/ and oldWALs/.
    const moving = logStreams([log('oldWALs', A, 2_000, { modified: 90_000 })]);
    expect(ended(moving, [[name, START + 3_000]], 80_000)).toEqual([[A, 2_000, false]]);
    const splitting = logStreams([log('splitting', A, 2_000)]);
    expect(ended(splitting, [[name, START + 3_000]], 80_000)).toEqual([[A, 2_000, false]]);
  });

  it('keep a server ended that every parent knew as ended', () => {
    const streams = logStreams([log('oldWALs', A, 1_000)]);
    const at = { boundary: START + 80_000, clockMarginMs: 0, plannedAt: START + 90_000 };
    expect(positionsAfter(streams, [base(0, known(A, 1_000, true))], new Map(), at)[0]?.isEnded).toBe(true);
    expect(positionsAfter(streams, [base(0, known(A, 1_000, true)), base(0)], new Map(), at)[0]?.isEnded).toBe(false);
  });
});

describe('positions of a snapshot', () => {
  const of = (logs: ListedLog[], createdMs: number, type: 'FLUSH' | 'SKIPFLUSH' = 'FLUSH', margin = 0) =>
    positionsOfSnapshot(logStreams(logs), { createdMs: START + createdMs, type }, margin);

  it('are the newest log that was begun before it', () => {
    const { logs } = of([log('WALs', A, 1_000), log('WALs', A, 20_000), log('WALs', A, 60_000)], 30_000);
    expect(logs?.map(({ from }) => from - START)).toEqual([20_000]);
    expect(of([log('WALs', A, 1_000), log('WALs', A, 20_000)], 30_000, 'FLUSH', 15_000).logs?.[0]?.from).toBe(
      START + 1_000,
    );
  });

  it('are none if logs from before it were removed', () => {
    const { logs, note } = of([log('WALs', A, 500_000), log('WALs', A, 600_000)], 400_000);
    expect(logs).toBeNull();
    expect(note).toContain('were removed');
  });

  it('take the first log of a server that began after it, or just before', () => {
    const joined = server('c', START + 50_000);
    expect(of([log('WALs', joined, 52_000)], 30_000).logs?.[0]).toEqual({
      server: joined,
      group: '',
      from: START + 52_000,
      isEnded: false,
      isFirst: true,
    });
    expect(of([log('WALs', A, 2_000)], 30_000, 'FLUSH', 30_000).logs?.[0]?.from).toBe(START + 2_000);
  });

  it('end a server whose last log was archived before it', () => {
    expect(of([log('oldWALs', A, 1_000, { modified: 29_000 })], 30_000).logs?.[0]?.isEnded).toBe(true);
    expect(of([log('oldWALs', A, 1_000, { modified: 31_000 })], 30_000).logs?.[0]?.isEnded).toBe(false);
  });

  it('are none for a snapshot that left memory out', () => {
    expect(of([log('WALs', A, 1_000)], 30_000, 'SKIPFLUSH').logs).toBeNull();
    expect(() => logBaseOf('t', { id: 'backup_1', position: 1, logs: null, note: 'x' })).toThrow(NoLogPosition);
  });
});
