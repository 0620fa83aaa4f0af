import { canonicalJson, type Json } from '../../core/canonical-json.ts';
import { Fenced } from '../../core/errors/flag-errors.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { UnknownOutcome } from '../../core/errors/unknown-outcome.ts';
import type { CleanUpEntry, ImageRecord, SessionRecord } from '../../core/items.ts';
import { type DoomedImage, decideDelete } from '../../core/plan/decide-delete.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { commitDeleteContract } from '../contracts/commit-delete.contract.ts';
import type { DeletionSummary } from '../contracts/deletion-summary.ts';
import type { InputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { CommitDelete, SystemTable } from '../ports/system-table.ts';
import { type DeletionPlan, type PlannedDeletion, readDeletionPlan, summaryOfDeletion } from './deletion-plan.ts';
import { listImages } from './list-images.ts';

type Ports = { readonly table: SystemTable; readonly objects: Pick<ObjectStore, 'get'>; readonly clock: Clock };
type Config = { readonly WORK_BUCKET: string; readonly STEP_LIFE_SECONDS: number };
type Input = InputOf<typeof commitDeleteContract>;

/** Tries of a commit whose answer stays unknown; each is fenced, so that a late one cannot undo a take-over. */
const TRIES = 3;

/**
 * {@link commitDeleteContract}: the point of no return (I7: the records say it before anything goes). Run again after it
 * took effect it answers the same.
 * @throws Fenced when a take-over won; ImageConflict if the records are not those of the plan; UnknownOutcome
 */
export const commitDelete =
  (ports: Ports, config: Config) =>
  async (input: Input): Promise<DeletionSummary> => {
    const { root, sessionId } = input;
    const place = { bucket: config.WORK_BUCKET, work: workPrefix(root, sessionId) };
    for (let attempt = 1; ; attempt++) {
      const { epoch, flag } = await ports.table.readControl(root);
      if (!flag || flag.sessionId !== sessionId || epoch !== input.epoch) {
        return committedBefore(ports.table, input, epoch);
      }
      const plan = await readDeletionPlan(ports.objects, place, input.planSha256);
      const session = await ports.table.getSession(root, sessionId);
      if (!session) throw new UnknownOutcome(`${sessionId} holds the flag and is not in the history`);
      const records = await listImages(ports.table, root);
      requireSame(input, plan, records);
      const now = ports.clock.now();
      const held = { root, activeSnapshot: flag.activeSnapshot, epoch };
      const notBefore = now + config.STEP_LIFE_SECONDS * 1_000;
      try {
        const outcome = await ports.table.commitDelete({
          ...held,
          ...changes(plan, records, session, now),
          cleanUp: entriesOf(plan, sessionId, now, notBefore),
        });
        if (outcome.decision === 'APPLIED') return summaryOfDeletion(plan);
      } catch (error) {
        if (!(error instanceof UnknownOutcome)) throw error; // read again at the top of the loop
      }
      if (attempt === TRIES) {
        throw new UnknownOutcome(`it stayed unknown whether ${sessionId} was committed`, { sessionId });
      }
    }
  };

/** The plan is what these records come to, and leaves the restore points that it promised. */
function requireSame({ request, root }: Input, plan: DeletionPlan, records: readonly ImageRecord[]): void {
  const { doomed, pointsAfter } = decideDelete(records, request, request.sessions.length);
  const bare = (images: readonly (DoomedImage | PlannedDeletion)[]) =>
    canonicalJson(images.map(({ id, was, becomes, heldBy, first }) => ({ id, was, becomes, heldBy, first })) as Json);
  if (bare(doomed) === bare(plan.images) && pointsAfter >= plan.pointsAfter) return;
  throw new ImageConflict(
    `the images of ${root} are not those that the deletion was planned with; nothing was deleted`,
    `holdfast history -p ${root}, then the same command once more`,
    { root },
  );
}

function changes(
  plan: DeletionPlan,
  records: readonly ImageRecord[],
  session: SessionRecord,
  now: number,
): Pick<CommitDelete, 'images' | 'session' | 'forgotten'> {
  const planned = new Map(plan.images.map((image) => [image.id, image]));
  const images = records.flatMap((record) => {
    const image = planned.get(record.id);
    if (image === undefined || image.becomes === record.state) return [];
    return [{ ...record, state: image.becomes, deletedBy: session.id }];
  });
  const summary = summaryOfDeletion(plan) as unknown as NonNullable<SessionRecord['summary']>;
  return { images, session: { ...session, state: 'COMPLETE', endedAt: now, summary }, forgotten: plan.sessions };
}

/** One entry for the session's own temporary data, one an image. Of a shell that stays one: none if nothing of it goes. */
function entriesOf(plan: DeletionPlan, sessionId: string, createdAt: number, notBefore: number): CleanUpEntry[] {
  const { root } = plan;
  const entries: CleanUpEntry[] = [
    { entryId: `${sessionId}-committed`, root, sessionId, outcome: 'COMMITTED', createdAt, notBefore },
  ];
  for (const { id, was, becomes, first, unlisted } of plan.images) {
    const entry = { root, sessionId: id, createdAt, notBefore, first, deletedBy: sessionId };
    if (becomes === 'DELETING') entries.push({ ...entry, entryId: `${id}-deleted`, outcome: 'DELETED' });
    else if (unlisted && (was === 'COMPLETE' || unlisted.files > 0))
      entries.push({ ...entry, entryId: `${id}-shell-${sessionId}`, outcome: 'SHELL', unlisted });
  }
  return entries;
}

async function committedBefore(table: SystemTable, input: Input, nowEpoch: number): Promise<DeletionSummary> {
  const session = await table.getSession(input.root, input.sessionId);
  const isOurs =
    session?.state === 'COMPLETE' && session.executionArn === input.execution.arn && session.epoch === input.epoch;
  if (isOurs && session.summary !== undefined) return session.summary as unknown as DeletionSummary;
  throw new Fenced(input.root, { sessionId: input.sessionId, epoch: input.epoch, nowEpoch });
}
