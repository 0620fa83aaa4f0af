import type { BackupId } from '../backup-id.ts';
import { ImageHasChildren, ImageNotComplete, ImageNotFound } from '../errors/image-errors.ts';
import type { ImageRecord } from '../items.ts';
import { nameSome } from '../name-some.ts';

/** What is to be deleted. */
export interface WantedDelete {
  readonly root: string;
  /** Images by id; null: those that were COMPLETE before `completedBefore`. */
  readonly images: readonly BackupId[] | null;
  /** Epoch ms. */
  readonly completedBefore: number | null;
  /** Whether what follows on them goes too. */
  readonly cascade: boolean;
  /** Whether they go alone though others follow on them: each image is whole by itself, so those stay restorable. */
  readonly force: boolean;
}

/** What becomes of an image whose bytes or record a deletion touches. */
export interface DoomedImage {
  readonly id: BackupId;
  /** SHELL: a restore point no more since an earlier deletion; its bytes are looked at again. */
  readonly was: 'COMPLETE' | 'SHELL';
  /** DELETING: all of it goes. SHELL: what surviving images list stays. */
  readonly becomes: 'DELETING' | 'SHELL';
  /** Surviving COMPLETE images that list bytes of it. */
  readonly heldBy: readonly BackupId[];
  /** Images that list bytes of it and are no restore points: their markers stand before its bytes go (I7). */
  readonly first: readonly BackupId[];
}

export interface DeleteDecision {
  /** Images and shells, by id. */
  readonly doomed: readonly DoomedImage[];
  /** Restore points before and after it. */
  readonly pointsBefore: number;
  readonly pointsAfter: number;
  /** Images of the same wish that do not fit into one session: the same command once more. */
  readonly later: readonly BackupId[];
}

/** Actions of the one transaction beside those of images: control item, history, the session's clean-up entry. */
const FRAME_ACTIONS = 3;
/** DynamoDB: actions of a transaction. */
const MOST_ACTIONS = 100;

/**
 * What a deletion does, by the records of a root alone. Pure: plan, dry run and commit ask it, and must be told the same.
 * A shell that a deleted image lists is decided anew: listed by none that stays, it goes whole.
 * @param failed sessions without an image that are to be forgotten with it
 * @throws ImageNotFound, ImageNotComplete, ImageHasChildren
 */
export function decideDelete(records: readonly ImageRecord[], wanted: WantedDelete, failed = 0): DeleteDecision {
  const byId = new Map(records.map((record) => [record.id, record]));
  const complete = records.filter(({ state }) => state === 'COMPLETE');
  const all = chosen(complete, byId, wanted);
  // Newest first: what is left for later never follows on what goes now.
  const order = [...all].sort().reverse();
  for (let most = order.length; ; most--) {
    const now = new Set(order.slice(0, most));
    const doomed = doomedBy(records, now);
    const actions = FRAME_ACTIONS + failed + doomed.reduce((sum, one) => sum + actionsOf(one), 0);
    if (actions > MOST_ACTIONS && most > 1) continue;
    return {
      doomed,
      pointsBefore: complete.length,
      pointsAfter: complete.length - now.size,
      later: order.slice(most).sort(),
    };
  }
}

/** Record and entry; of a shell that stays one the entry alone. */
const actionsOf = ({ was, becomes }: DoomedImage): number => (was === 'SHELL' && becomes === 'SHELL' ? 1 : 2);

function chosen(
  complete: readonly ImageRecord[],
  byId: ReadonlyMap<BackupId, ImageRecord>,
  wanted: WantedDelete,
): ReadonlySet<BackupId> {
  const { root, images, completedBefore } = wanted;
  for (const id of images ?? []) requireComplete(root, id, byId.get(id));
  const old = ({ completedAt }: ImageRecord) => completedAt !== undefined && completedAt <= (completedBefore ?? -1);
  const named = images ?? complete.filter(old).map(({ id }) => id);
  const followers = followersOf(complete, named);
  if (wanted.cascade) return new Set([...named, ...followers.map(({ id }) => id)]);
  if (wanted.force || followers.length === 0) return new Set(named);
  throw hasChildren(root, complete, named, followers);
}

function requireComplete(root: string, id: BackupId, record: ImageRecord | undefined): void {
  if (record?.state === 'COMPLETE') return;
  const next = `holdfast history -p ${root}`;
  if (record === undefined) throw new ImageNotFound(`${root} has no image ${id}`, next, { root, image: id });
  const why =
    record.state === 'SHELL'
      ? `${id} was deleted already: it holds bytes that newer images list, and goes with the last of them`
      : `${id} is ${record.state}: it is no restore point`;
  throw new ImageNotComplete(why, `holdfast describe ${root} ${id}`, { image: id, state: record.state });
}

/** All COMPLETE images that follow on these, directly or not, without these themselves. */
function followersOf(complete: readonly ImageRecord[], ids: readonly BackupId[]): ImageRecord[] {
  const chain = new Set(ids);
  for (const id of chain) for (const { id: child, parents } of complete) if (parents.includes(id)) chain.add(child);
  return complete.filter(({ id }) => chain.has(id) && !ids.includes(id));
}

function hasChildren(
  root: string,
  complete: readonly ImageRecord[],
  named: readonly BackupId[],
  followers: readonly ImageRecord[],
): ImageHasChildren {
  const says = named.flatMap((id) => {
    const own = followersOf(complete, [id]).filter((one) => followers.includes(one));
    if (own.length === 0) return [];
    return [`on ${id} follow ${nameSome(own.map((one) => `${one.id} (restorable at ${timeOf(one.positionTo)})`))}`];
  });
  return new ImageHasChildren(
    `${nameSome(says, '; ')}; nothing was deleted`,
    '--cascade deletes those too; --force deletes only what was named: each backup is whole by itself, so those that follow stay restorable',
    { root, images: [...named], children: followers.map(({ id }) => id) },
  );
}

/** Images that go, and shells that they list. */
function doomedBy(records: readonly ImageRecord[], gone: ReadonlySet<BackupId>): DoomedImage[] {
  const staying = records.filter(({ id, state }) => state === 'COMPLETE' && !gone.has(id));
  const isMarked = ({ id, state }: ImageRecord) => gone.has(id) || state === 'SHELL' || state === 'DELETING';
  const listed = new Set(records.filter(({ id }) => gone.has(id)).flatMap(({ holders }) => holders));
  const doomed: DoomedImage[] = [];
  for (const { id, state } of records) {
    const isShell = state === 'SHELL' && listed.has(id);
    if (!isShell && !gone.has(id)) continue;
    const lists = ({ id: other, holders }: ImageRecord) => other !== id && holders.includes(id);
    const heldBy = staying.filter(lists).map((one) => one.id);
    doomed.push({
      ...{ id, was: isShell ? 'SHELL' : 'COMPLETE', becomes: heldBy.length > 0 ? 'SHELL' : 'DELETING', heldBy },
      // A shell is no lister, and may have its sealed manifest still.
      first: records.filter((one) => isMarked(one) && lists(one)).map((one) => one.id),
    });
  }
  return doomed;
}

const timeOf = (ms: number): string => (ms <= 8.64e15 ? new Date(ms).toISOString() : `${ms} ms`);
