import { describe, expect, it } from 'vitest';
import { LogGap } from '../../../../../core/errors/log-errors.ts';
import type { WalEvent } from '../../../../../core/hbase/wal/wal-event.ts';
import { EditsSeen, requireNoneMissing, type SeenIds } from '../../../../../core/plan/logs/edits-seen.ts';
import { RegionBeginnings, requireOpenings } from '../../../../../core/plan/logs/region-beginnings.ts';

function runsOf(first: number, count: number, atMs = 1_000): readonly SeenIds[] {
  const seen = new EditsSeen();
  for (let id = first; id < first + count; id++) seen.add(id, atMs);
  return seen.runs;
}
const check =
  (runs: readonly SeenIds[], window = { from: 100, boundary: 5_000 }) =>
  () =>
    requireNoneMissing({ table: 't', region: 'r' }, runs, window);

describe('the sequence ids of a region', () => {
  const at = { region: 'r', stores: [], server: undefined, startKey: undefined };
  const flush = (action: 'start' | 'commit', sequenceId: number): WalEvent => ({
    ...at,
    kind: 'flush',
    action,
    sequenceId,
  });
  const opening = (sequenceId: number): WalEvent => ({ ...at, kind: 'region-open', sequenceId });
  const closing = (sequenceId: number): WalEvent => ({ ...at, kind: 'region-close', sequenceId });
  const bulkLoad = (sequenceId: number): WalEvent => ({
    ...{ kind: 'bulk-load', region: 'r', sequenceId, stores: [] },
    table: { namespace: 'default', qualifier: 't' },
  });
  /** Each entry: its id, and the marker that it is; without one it is an edit. */
  const seenOf = (...entries: (number | readonly [number, WalEvent])[]) => {
    const seen = new EditsSeen();
    for (const entry of entries) {
      if (typeof entry === 'number') seen.add(entry, 1_000);
      else seen.add(entry[0], 1_000, [entry[1]]);
    }
    return seen.runs;
  };

  it.each<[string, ...(number | readonly [number, WalEvent])[]]>([
    ['before a flush, which names it', 3, 4, [6, flush('start', 5)], [7, flush('commit', 5)], 8],
    ['before an opening, after a crash too', 3, 4, [6, opening(5)], 7],
    ['before a bulk load, also with edits between it and its marker', 3, [5, bulkLoad(4)], 6, 7, [8, bulkLoad(5)]],
    ['of flushes that found nothing: behind a marker', 3, [5, flush('start', 4)], [6, flush('commit', 4)], 30],
    [
      'of such flushes before a closing and an opening',
      [6, flush('commit', 4)],
      [9, closing(8)],
      [12, opening(11)],
      13,
    ],
  ])('are whole where HBase takes one for itself: %s', (_where, ...entries) => {
    expect(check(seenOf(...entries))).not.toThrow();
    expect(check(entries.flatMap((entry) => seenOf(entry)))).not.toThrow();
  });

  it.each<[string, ...(number | readonly [number, WalEvent])[]]>([
    ['a single edit among others', 3, 4, 6, 7],
    ['the last edits before a flush', 3, 4, [7, flush('start', 6)]],
    [
      'edits that nothing but a flush of theirs tells of',
      3,
      [5, flush('start', 4)],
      [6, flush('commit', 4)],
      [9, flush('start', 8)],
    ],
    ['the last edits of a server that died', 3, 4, [8, opening(7)]],
    ['edits before a closing', 3, 4, [6, closing(5)]],
    ['more than flushes that found nothing explain', [3, flush('commit', 2)], 37],
  ])('have a hole where something is gone: %s', (_what, ...entries) => {
    expect(check(seenOf(...entries))).toThrow(LogGap);
    expect(check(entries.toReversed().flatMap((entry) => seenOf(entry)))).toThrow(LogGap);
  });

  it('go on from log to log, in whichever order these are read', () => {
    expect(check([...runsOf(101, 50), ...runsOf(1, 100)])).not.toThrow();
    expect(check([])).not.toThrow();
  });

  it('have a hole where a log between two others is gone', () => {
    const [before, gone, after] = [runsOf(1, 100), runsOf(101, 100), runsOf(201, 100)];
    expect(check([...after, ...before])).toThrow(LogGap);
    expect(check([...after, ...gone, ...before])).not.toThrow();
  });

  it('may have a hole before the parent, and behind the boundary', () => {
    expect(check([...runsOf(1, 9, 100), ...runsOf(201, 9)])).not.toThrow();
    expect(check([...runsOf(1, 9), ...runsOf(201, 9, 5_001)])).not.toThrow();
  });
});

describe('how regions begin in the logs of a server that is new', () => {
  const A = 'a,1,1/';
  const began = (...entries: (number | readonly [number, number])[]) => {
    const seen = new RegionBeginnings();
    for (const entry of entries) {
      if (typeof entry === 'number') seen.add(A, entry, []);
      else {
        const event = { kind: 'region-open', region: 'r', sequenceId: entry[1], stores: [] } as const;
        seen.add(A, entry[0], [{ ...event, server: undefined, startKey: undefined }]);
      }
    }
    return seen.all();
  };
  const opened =
    (...parts: ReturnType<typeof began>[]) =>
    () =>
      requireOpenings({ table: 't', region: 'r' }, parts.flat(), new Set([A]));

  it('is with their opening, whichever part of the logs has it', () => {
    expect(opened(began([3, 2], 4, 5))).not.toThrow();
    expect(opened(began(6, 7), began([3, 2], 4))).not.toThrow();
    // A coprocessor wrote while the region was opened.
    expect(opened(began(3, [4, 2], 5))).not.toThrow();
    expect(opened(began([3, 2], 4), began([9, 8], 10))).not.toThrow();
  });

  it('is not in the middle: an older log is gone', () => {
    expect(opened(began(4, 5))).toThrow(LogGap);
    expect(opened(began(4, [9, 8], 10))).toThrow(/a,1,1 begins in the middle of region r, at edit 4/);
    const other = () => requireOpenings({ table: 't', region: 'r' }, began(4), new Set(['b,1,1/']));
    expect(other).not.toThrow();
  });
});
