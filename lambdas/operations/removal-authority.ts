import { Superseded } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import type { CleanUpEntry } from '../../core/items.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { SystemTable } from '../ports/system-table.ts';

export interface AuthorityPorts {
  readonly table: Pick<SystemTable, 'readControl' | 'getImageState'>;
  readonly cleanUp: Pick<CleanUpList, 'get'>;
}

/**
 * Whoever removes something of a session holds its roll-back now, or works off an entry of the clean-up list that is
 * still there. `destination`: what the session made goes only if it was rolled back; a COMPLETE image never goes here.
 * Answers the entry, if it is by one.
 * @throws Superseded, ImageConflict, InvalidInput
 */
export async function assertAuthority(
  ports: AuthorityPorts,
  input: RemovalInput,
  what: 'destination' | 'temporary data',
): Promise<CleanUpEntry | undefined> {
  const { root, sessionId } = input;
  const entry = await holder(ports, input);
  if (what === 'temporary data') return entry;
  if (entry !== undefined && entry.outcome !== 'ROLLED_BACK') {
    throw new InvalidInput(
      `authority: after a commit the clean-up entry ${entry.entryId} is no right to remove the image ${sessionId}`,
      `holdfast describe ${root} ${sessionId}`,
      { field: 'authority', entryId: entry.entryId },
    );
  }
  const state = await ports.table.getImageState(root, sessionId);
  if (state !== undefined && state !== 'CREATING') {
    throw new ImageConflict(
      `${sessionId} is ${state}: nothing of it is removed by a roll-back`,
      `holdfast describe ${root} ${sessionId}`,
      { image: sessionId, state },
    );
  }
  return entry;
}

async function holder(ports: AuthorityPorts, input: RemovalInput): Promise<CleanUpEntry | undefined> {
  const { root, sessionId, authority } = input;
  if (authority.kind === 'CLEAN_UP') {
    const entry = await ports.cleanUp.get(root, authority.entryId);
    if (entry?.sessionId === sessionId) return entry;
    throw new Superseded(
      `the clean-up entry ${authority.entryId} of ${sessionId} is off the list: another run has finished it`,
      `holdfast cleanup ${root}`,
      { root, entryId: authority.entryId },
    );
  }
  const { epoch, flag } = await ports.table.readControl(root);
  const isHolder =
    flag?.phase === 'ROLLING_BACK' &&
    flag.sessionId === sessionId &&
    flag.runId === authority.runId &&
    epoch === authority.epoch;
  if (isHolder) return undefined;
  throw new Superseded(`this run does not hold the roll-back of ${sessionId} any more`, `holdfast progress ${root}`, {
    root,
    epoch: authority.epoch,
    nowEpoch: epoch,
    holder: flag?.runId,
  });
}
