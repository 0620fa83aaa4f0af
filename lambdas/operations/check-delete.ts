import type { BackupId } from '../../core/backup-id.ts';
import { ImageNotComplete, ImageNotFound } from '../../core/errors/image-errors.ts';
import { InvalidInput } from '../../core/errors/input-errors.ts';
import { meantId } from '../../core/image-choice.ts';
import type { ImageRecord, SessionRecord } from '../../core/items.ts';
import { type DeleteDecision, decideDelete } from '../../core/plan/decide-delete.ts';
import type { checkDeleteContract } from '../contracts/check-delete.contract.ts';
import { type DeleteRequest, parseDeleteRequest } from '../contracts/delete-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { listImages } from './list-images.ts';
import { refuseLocked } from './refuse-locked.ts';

interface Ports {
  readonly table: Pick<SystemTable, 'listImages' | 'listSessions'>;
  readonly objects: Pick<ObjectStore, 'lockOf'>;
  readonly clock: Clock;
}

/** FAILED sessions that one deletion forgets: each is an action of its transaction. */
const MOST_SESSIONS = 50;

/**
 * {@link checkDeleteContract}. What counts is decided once more under the flag; what is refused here begins nothing.
 * @throws InvalidInput, RootNotConfigured; as decideDelete; ImageLocked
 */
export const checkDelete =
  (ports: Ports, config: { readonly ROOTS: string[] }) =>
  async (input: InputOf<typeof checkDeleteContract>): Promise<OutputOf<typeof checkDeleteContract>> => {
    const typed = parseDeleteRequest(input.input, config.ROOTS, Date.parse(input.execution.startTime));
    const records = await listImages(ports.table, typed.root);
    const request: DeleteRequest = { ...typed, ...(await named(ports.table, typed.root, typed.images, records)) };
    const decision = decideDelete(records, request, request.sessions.length);
    if (request.images !== null && decision.later.length > 0) throw tooMany(request, decision);
    await refuseLocked(ports, typed.root, decision.doomed);
    return { ...request, isNothing: decision.doomed.length === 0 && request.sessions.length === 0 };
  };

/** Which images and which FAILED sessions the typed ids mean. @throws ImageNotFound, ImageNotComplete, InvalidInput */
async function named(
  table: Pick<SystemTable, 'listSessions'>,
  root: string,
  typed: readonly string[] | null,
  records: readonly ImageRecord[],
): Promise<Pick<DeleteRequest, 'images' | 'sessions'>> {
  if (typed === null) return { images: null, sessions: [] };
  const images = new Set(records.map(({ id }) => id));
  if (typed.every((text) => images.has(text))) return { images: [...new Set(typed)].sort(), sessions: [] };
  const history = new Map<BackupId, SessionRecord>();
  for await (const session of table.listSessions(root)) history.set(session.id, session);
  const known = [...new Set([...images, ...history.keys()])];
  const ids = [...new Set(typed.map((text) => meantId(known, text, root)))].sort();
  const sessions = ids.filter((id) => !images.has(id));
  for (const id of sessions) requireFailed(root, id, history.get(id));
  if (sessions.length > MOST_SESSIONS) {
    throw new InvalidInput(
      `images: ${sessions.length} of them are FAILED sessions; at most ${MOST_SESSIONS} are forgotten at once`,
      'name fewer',
      { field: 'images' },
    );
  }
  return { images: ids.filter((id) => images.has(id)), sessions };
}

function requireFailed(root: string, id: BackupId, session: SessionRecord | undefined): void {
  if (session?.state === 'FAILED') return;
  const next = `holdfast history -p ${root}`;
  if (session?.state === 'RUNNING') {
    throw new ImageNotComplete(`${id} is at work: there is nothing to delete yet`, `holdfast cancel ${root}`, { id });
  }
  throw new ImageNotFound(`${root} has no image ${id} any more: it was deleted, or it was a deletion`, next, { id });
}

function tooMany({ root }: DeleteRequest, { doomed, later }: DeleteDecision): InvalidInput {
  const now = doomed.filter(({ was }) => was === 'COMPLETE').map(({ id }) => id);
  return new InvalidInput(
    `images: ${now.length + later.length} images with what holds their bytes do not fit into one transaction`,
    `the newest first, then the others: holdfast delete ${root} -l ${now.join(',')}`,
    { field: 'images' },
  );
}
