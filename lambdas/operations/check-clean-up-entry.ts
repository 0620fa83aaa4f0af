import type { checkCleanUpEntryContract } from '../contracts/check-clean-up-entry.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pins } from '../ports/pins.ts';

/**
 * {@link checkCleanUpEntryContract}: the entry is read first, then the pins (†pinsAfterCommit): a restore writes its pin
 * before it reads that its images are COMPLETE, so one of the two sees the other.
 */
export const checkCleanUpEntry =
  (ports: { cleanUp: Pick<CleanUpList, 'get'>; pins: Pick<Pins, 'list'>; clock: Clock }) =>
  async (input: { root: string; entryId: string }): Promise<OutputOf<typeof checkCleanUpEntryContract>> => {
    const checkedAt = ports.clock.now();
    const entry = await ports.cleanUp.get(input.root, input.entryId);
    if (!entry) return { decision: 'GONE', reason: 'it is off the list', destination: false, checkedAt };
    const destination = entry.outcome === 'ROLLED_BACK';
    if (entry.emptiedAt !== undefined && checkedAt < entry.notBefore) {
      const until = new Date(entry.notBefore).toISOString();
      return { decision: 'WAIT', reason: `emptied; looked at once more after ${until}`, destination, checkedAt };
    }
    for await (const pin of ports.pins.list(input.root)) {
      if (!destination || pin.expiresAt <= checkedAt || !pin.images.includes(entry.sessionId)) continue;
      const until = new Date(pin.expiresAt).toISOString();
      return {
        decision: 'PINNED',
        reason: `${pin.purpose} ${pin.pinId} reads it until ${until}`,
        destination,
        checkedAt,
      };
    }
    const reason = destination ? 'what a rolled back session made' : 'temporary data of a committed session';
    return { decision: 'CLEAN', reason, destination, checkedAt };
  };
