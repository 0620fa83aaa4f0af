import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NothingToBackUp } from '../../../../../core/errors/chain-errors.ts';
import { ClocksDiffer, LogGap } from '../../../../../core/errors/log-errors.ts';
import { History, type HistoryEvent, MARGIN_MS } from './log-history.ts';

/** Histories in a run of `npm test`; more of them: HOLDFAST_HISTORIES=10000. A failure prints its seed and smallest history. */
const HISTORIES = Number(process.env.HOLDFAST_HISTORIES ?? 2_000);

const nth = fc.nat({ max: 7 });
const event: fc.Arbitrary<HistoryEvent> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({ kind: fc.constant('edit' as const), region: nth, times: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 150_000 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('move' as const), region: nth, server: nth }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('roll' as const), server: nth }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('roll all' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const), server: nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('split logs' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('start' as const),
      skewMs: fc.constantFrom(-MARGIN_MS, 0, 2, MARGIN_MS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('archive' as const), server: nth, logs: nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('clean' as const), beyond: fc.boolean(), logs: nth }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), beforeMs: fc.nat({ max: 20_000 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('full' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('increment' as const),
      commits: fc.boolean(),
      includeActive: fc.boolean(),
    }),
  },
);

describe('a chain over a history of edits, moves, rolls, crashes and cleaners', () => {
  it('has of every region a prefix that reaches the boundary, or the increment is refused', {
    timeout: 60_000 + HISTORIES * 100,
  }, () => {
    const seen = { committed: 0, ClocksDiffer: 0, LogGap: 0, NothingToBackUp: 0, cut: 0 };
    const beginning: HistoryEvent[] = [
      { kind: 'start', skewMs: MARGIN_MS },
      { kind: 'start', skewMs: -MARGIN_MS },
      { kind: 'edit', region: 0, times: 3 },
      { kind: 'edit', region: 1, times: 2 },
      { kind: 'wait', ms: 130_000 },
      { kind: 'snapshot', beforeMs: 0 },
      { kind: 'full' },
    ];
    fc.assert(
      fc.property(fc.array(event, { minLength: 20, maxLength: 80, size: 'max' }), fc.boolean(), (events, isWithin) => {
        const history = new History(isWithin);
        for (const one of [...beginning, ...events]) {
          try {
            history.apply(one);
          } catch (error) {
            if (error instanceof NothingToBackUp) seen.NothingToBackUp++;
            else if (error instanceof LogGap) seen.LogGap++;
            else if (error instanceof ClocksDiffer) seen.ClocksDiffer++;
            else throw error;
          }
        }
        seen.committed += history.committed;
        seen.cut += history.cuts;
      }),
      { numRuns: HISTORIES },
    );
    // Otherwise the histories say nothing.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(0);
  });
});
