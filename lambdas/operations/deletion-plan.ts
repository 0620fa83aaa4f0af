import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { sha256 } from '../../core/digest.ts';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { planKey } from '../../core/stack-layout.ts';
import type { DeletionSummary } from '../contracts/deletion-summary.ts';
import { backupIdField, count, digestField } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWorkJson } from './read-work-json.ts';

const plannedImage = z.strictObject({
  id: backupIdField,
  was: z.enum(['COMPLETE', 'SHELL']),
  becomes: z.enum(['DELETING', 'SHELL']),
  heldBy: z.array(backupIdField),
  first: z.array(backupIdField),
  freedFiles: count,
  freedBytes: count,
  heldBytes: count,
  /** Of what becomes or stays a SHELL: the files that nobody lists any more. */
  unlisted: z.strictObject({ key: z.string(), files: count, bytes: count, sha256: digestField }).nullable(),
});

/** A session's plan of a deletion: `plan/plan.json`. What is committed is this, or nothing. */
const deletionPlan = z.strictObject({
  format: z.literal(1),
  root: z.string(),
  images: z.array(plannedImage),
  sessions: z.array(backupIdField),
  pointsBefore: count,
  pointsAfter: count,
  later: z.array(backupIdField),
});
export type DeletionPlan = z.infer<typeof deletionPlan>;
export type PlannedDeletion = z.infer<typeof plannedImage>;

/** A hundred images, each with some thousand holders and listers. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Writes the plan; the same plan has the same bytes. Answers their digest. */
export async function writeDeletionPlan(
  objects: Pick<ObjectStore, 'put'>,
  place: { readonly bucket: string; readonly work: string },
  plan: DeletionPlan,
): Promise<string> {
  const bytes = Buffer.from(canonicalJson(plan));
  await objects.put(place.bucket, planKey(place.work), bytes);
  return sha256(bytes);
}

/** @throws UnknownAnswer unless it is the plan with this digest */
export async function readDeletionPlan(
  objects: Pick<ObjectStore, 'get'>,
  { bucket, work }: { readonly bucket: string; readonly work: string },
  planSha256: string,
): Promise<DeletionPlan> {
  const key = planKey(work);
  const stored = await objects.get(bucket, key, MAX_BYTES);
  if (stored === undefined || sha256(stored.bytes) !== planSha256) {
    throw new UnknownAnswer(`s3://${bucket}/${key} is not the plan that was made`, 'start it again', { key });
  }
  return readWorkJson(deletionPlan, stored.bytes, { bucket, key, next: 'start it again' });
}

/** So many ids are spelled out: the summary has to fit an execution's state and an item. */
const NAMED = 20;
const some = (ids: readonly string[]) => ({ count: ids.length, ids: ids.slice(0, NAMED) });

export function summaryOfDeletion(plan: DeletionPlan): DeletionSummary {
  const { root, images, sessions, pointsBefore, pointsAfter, later } = plan;
  const sum = (key: 'freedBytes' | 'heldBytes') => images.reduce((total, image) => total + image[key], 0);
  return {
    root,
    images: images.map(({ id, was, becomes, freedFiles, freedBytes, heldBytes, heldBy }) => ({
      ...{ id, was, becomes, freedFiles, freedBytes, heldBytes, heldBy: some(heldBy) },
    })),
    freedBytes: sum('freedBytes'),
    heldBytes: sum('heldBytes'),
    sessions,
    pointsBefore,
    pointsAfter,
    later: some(later),
  };
}
