import { describe, expect, it } from 'vitest';
import { LogGap } from '../../../../../core/errors/log-errors.ts';
import { EditsSeen, requireNoneMissing, type SeenIds } from '../../../../../core/plan/logs/edits-seen.ts';

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
  it('are one run where HBase leaves out one before a flush or an opening', () => {
    const seen = new EditsSeen();
    for (const id of [3, 4, 5, 7, 8, 10]) seen.add(id, 200 + id);
    expect(seen.runs).toEqual([[3, 10, 203, 210]]);
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
