import type { CleanUpEntry } from '../../core/items.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { checkCleanUpEntryContract } from '../contracts/check-clean-up-entry.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins } from '../ports/pins.ts';
import { manifestMarker } from './manifest-marker.ts';

interface Ports {
  readonly cleanUp: Pick<CleanUpList, 'get' | 'list'>;
  readonly pins: Pick<Pins, 'list'>;
  readonly objects: Pick<ObjectStore, 'get'>;
  readonly clock: Clock;
}

const WHAT: Readonly<Record<CleanUpEntry['outcome'], string>> = {
  COMMITTED: 'temporary data of a committed session',
  ROLLED_BACK: 'what a rolled back session made',
  DELETED: 'an image that was deleted',
  SHELL: 'what nobody lists any more of an image that was deleted',
};

/**
 * {@link checkCleanUpEntryContract}: the entry is read first, then the pins (†pinsAfterCommit): a restore writes its pin
 * before it reads that its images are COMPLETE, so one of the two sees the other. Then the markers of the images that list
 * these bytes (I7): a manifest that is not sealed any more is never sealed again, so one look is enough.
 */
export const checkCleanUpEntry =
  (ports: Ports) =>
  async (input: { root: string; entryId: string }): Promise<OutputOf<typeof checkCleanUpEntryContract>> => {
    const checkedAt = ports.clock.now();
    const entry = await ports.cleanUp.get(input.root, input.entryId);
    if (!entry) return { decision: 'GONE', reason: 'it is off the list', destination: false, checkedAt };
    const destination = entry.outcome === 'ROLLED_BACK' || entry.outcome === 'DELETED';
    const answer = (decision: 'CLEAN' | 'WAIT' | 'PINNED', reason: string) => ({
      ...{ decision, reason, destination, checkedAt },
    });
    if (entry.emptiedAt !== undefined && checkedAt < entry.notBefore) {
      const until = new Date(entry.notBefore).toISOString();
      return answer('WAIT', `emptied; looked at once more after ${until}`);
    }
    if (entry.outcome === 'COMMITTED') {
      const user = await userOfLists(ports.cleanUp, entry);
      return user ? answer('WAIT', `its lists are needed by ${user}`) : answer('CLEAN', WHAT.COMMITTED);
    }
    for await (const pin of ports.pins.list(input.root)) {
      if (pin.expiresAt <= checkedAt || !pin.images.includes(entry.sessionId)) continue;
      return answer('PINNED', `${pin.purpose} ${pin.pinId} reads it until ${new Date(pin.expiresAt).toISOString()}`);
    }
    const root = parseS3Uri(input.root, 'root');
    for (const id of entry.first ?? []) {
      const { kind } = await manifestMarker(ports.objects, root, id);
      if (kind === 'SEALED') return answer('WAIT', `${id}, which lists it, has its manifest still`);
    }
    return answer('CLEAN', WHAT[entry.outcome]);
  };

/** An entry that still reads what a deletion left in its temporary data. */
async function userOfLists(
  cleanUp: Pick<CleanUpList, 'list'>,
  { root, sessionId }: CleanUpEntry,
): Promise<string | undefined> {
  for await (const { entryId, outcome, deletedBy } of cleanUp.list(root)) {
    if (outcome === 'SHELL' && deletedBy === sessionId) return entryId;
  }
  return undefined;
}
