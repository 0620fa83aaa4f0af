import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * {@link settleCleanUpEntryContract}: an entry leaves the list only after a pass that began when no step in flight could
 * write any more and that found nothing (I12, †dropLate).
 */
export const settleCleanUpEntry =
  (ports: { cleanUp: Pick<CleanUpList, 'get' | 'markEmptied'>; clock: Clock }) =>
  async (input: { root: string; entryId: string; removed: number; checkedAt: number }) => {
    const entry = await ports.cleanUp.get(input.root, input.entryId);
    if (!entry) return { decision: 'DROP' as const, reason: 'it is off the list' };
    if (input.checkedAt >= entry.notBefore && input.removed === 0)
      return { decision: 'DROP' as const, reason: 'found empty after the last step can have lived' };
    await ports.cleanUp.markEmptied(input.root, input.entryId, ports.clock.now());
    return {
      decision: 'KEEP' as const,
      reason: input.removed > 0 ? 'looked at once more' : 'a step in flight could still write there',
      notBefore: entry.notBefore,
    };
  };
