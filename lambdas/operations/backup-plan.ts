import { z } from 'zod';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { tableSchema as manifestTable } from '../../core/manifest.ts';
import { logPositionSchema } from '../../core/position-line.ts';
import { planKey } from '../../core/stack-layout.ts';
import { count, digestField } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWorkJson } from './read-work-json.ts';

export const plannedBackupTable = manifestTable.omit({ listSha256: true }).extend({
  /** Of the lines of the table's plan. */
  planSha256: digestField,
  /** Image whose list the table shares; null: none. */
  base: z.string().nullable(),
  kind: z.enum(['SNAPSHOT', 'WALS']),
  /** Image that the table follows on; null: it is taken full. */
  parent: z.string().nullable(),
  /** Of a snapshot that was taken while the table was written: when it was whole, ms. */
  snapshotEnd: count.exactOptional(),
  /** Where the next increment from logs begins; null: none can rest on this. */
  wals: z.array(logPositionSchema).nullable(),
  /** Why there are none. */
  walsNote: z.string().optional(),
  /** By how much clocks could differ when {@link wals} were decided, ms. */
  clockMarginMs: count.exactOptional(),
});

/** The header of a session's plan. With it the plan is whole; what is sealed depends on it and on the results alone. */
const backupPlan = z.strictObject({
  format: z.literal(1),
  sessionId: z.string(),
  root: z.string(),
  source: z.string(),
  clusterId: z.string(),
  epoch: count,
  executionArn: z.string(),
  startedAt: count,
  plannedAt: count,
  tables: z.array(plannedBackupTable),
  /** Distinct files of all tables. */
  files: count,
  bytes: count,
  newFiles: count,
  newBytes: count,
  holders: z.array(z.string()),
  /** Images that the tables follow on, by id. */
  parents: z.array(z.strictObject({ id: z.string(), manifestSha256: digestField })),
  verifyRanges: count,
  /** First path of each copy chunk: a chunk is found by it. */
  chunkFirsts: z.array(z.string()),
  /** Of the lines of `store-files.jsonl.zst`; null: no table was made from logs. */
  storeFilesSha256: digestField.nullable(),
  /** Of `cluster.json`, which lies in the image already. */
  clusterSha256: digestField,
});
export type BackupPlan = z.infer<typeof backupPlan>;
export type PlannedBackupTable = z.infer<typeof plannedBackupTable>;

/** 1,000 tables and 1,000,000 chunks (a billion files). */
const MAX_BYTES = 256 * 1024 * 1024;

/** @throws UnknownAnswer for a plan that its readers would refuse */
export function checkBackupPlan(plan: unknown): BackupPlan {
  const parsed = backupPlan.safeParse(plan);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UnknownAnswer(
    `the plan cannot be used: ${issue?.path.join('.')}: ${issue?.message}`,
    'take a new snapshot of the table, then start the backup again',
  );
}

/** @throws UnknownAnswer if it is damaged */
export async function findBackupPlan(
  objects: Pick<ObjectStore, 'get'>,
  bucket: string,
  work: string,
): Promise<BackupPlan | undefined> {
  const key = planKey(work);
  const object = await objects.get(bucket, key, MAX_BYTES);
  return object && readWorkJson(backupPlan, object.bytes, { bucket, key, next: 'start the backup again' });
}

/** @throws UnknownAnswer if the session has no whole plan, or it is damaged */
export async function readBackupPlan(objects: Pick<ObjectStore, 'get'>, bucket: string, work: string) {
  const plan = await findBackupPlan(objects, bucket, work);
  if (plan !== undefined) return plan;
  throw new UnknownAnswer(
    `s3://${bucket}/${planKey(work)} is missing: there is no whole plan`,
    'start the backup again',
  );
}
