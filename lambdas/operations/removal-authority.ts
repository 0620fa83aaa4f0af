import { Superseded } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import type { CleanUpEntry, ImageState } from '../../core/items.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { CleanUpList } from '../ports/clean-up-list.ts';
import type { SystemTable } from '../ports/system-table.ts';

export interface AuthorityPorts {
  readonly table: Pick<SystemTable, 'readControl' | 'getImageState'>;
  readonly cleanUp: Pick<CleanUpList, 'get'>;
}

type What = 'destination' | 'temporary data' | 'unlisted files';

/** Which state of an image lets an entry of the list remove something of it. `undefined`: there is no record. */
const REMOVABLE: Readonly<Record<CleanUpEntry['outcome'], readonly (ImageState | undefined)[]>> = {
  COMMITTED: [],
  ROLLED_BACK: ['CREATING', undefined],
  DELETED: ['DELETING', undefined],
  SHELL: ['SHELL', 'DELETING', undefined],
};

/**
 * Whoever removes something of a session or an image holds its roll-back now, or works off an entry of the clean-up list
 * that is still there. `destination`: what a session made goes if it was rolled back, an image if it was deleted, whole;
 * `unlisted files`: of an image that is a SHELL. A COMPLETE image never goes here. Answers the entry, if it is by one.
 * @throws Superseded, ImageConflict, InvalidInput
 */
export async function assertAuthority(
  ports: AuthorityPorts,
  input: RemovalInput,
  what: What,
): Promise<CleanUpEntry | undefined> {
  const { root, sessionId } = input;
  const entry = await holder(ports, input);
  if (what === 'temporary data') return entry;
  const outcome = entry?.outcome ?? 'ROLLED_BACK';
  const isRight = what === 'unlisted files' ? outcome === 'SHELL' : outcome === 'ROLLED_BACK' || outcome === 'DELETED';
  if (!isRight) {
    throw new InvalidInput(
      `authority: the clean-up entry ${entry?.entryId ?? ''} (${outcome}) is no right to remove the ${what} of ${sessionId}`,
      `holdfast describe ${root} ${sessionId}`,
      { field: 'authority', entryId: entry?.entryId },
    );
  }
  const state = await ports.table.getImageState(root, sessionId);
  if (!REMOVABLE[outcome].includes(state)) {
    throw new ImageConflict(
      `${sessionId} is ${state ?? 'gone'}: nothing of it is removed by ${entry ? `the entry ${entry.entryId}` : 'a roll-back'}`,
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
