import { z } from 'zod';
import { UnknownAnswer } from '../../core/errors/platform-errors.ts';
import { indexKey, walSummaryKey } from '../../core/stack-layout.ts';
import { count } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readWorkJson } from './read-work-json.ts';
import { logPositionField } from './wal-plan.ts';

/** One line of `results/merge-<chunk>.jsonl.zst`: an HFile that MergeRuns made. */
export const madeFile = z.strictObject({
  /** `<ns>/<table>/<region>/<family>/<file>`, below the work bucket's `made/` and in the image. */
  path: z.string(),
  size: count,
  etag: z.string(),
  cells: count,
  maxSequenceId: count,
});
export type MadeFile = z.infer<typeof madeFile>;

/** One line of `bulk-copies.jsonl.zst`: a file that was bulk loaded into a target region, and is copied as it is. */
export const bulkCopy = z.strictObject({
  path: z.string(),
  /** The table's place in the image. */
  table: count,
});
export type BulkCopy = z.infer<typeof bulkCopy>;

/** One line of `merge-index.jsonl`: a child of the map MergeRuns. */
export const mergeChunkLine = z.strictObject({ chunk: count, tasks: count, bytes: count });

/** One line of `wal-index.jsonl`: a child of the map SplitWals; first and last number of its logs. */
export const walPartLine = z.strictObject({ part: count, wals: z.tuple([count, count]), bytes: count });
export type WalPartLine = z.infer<typeof walPartLine>;

/** What PlanMerge found the logs to come to. */
export const walSummary = z.strictObject({
  tables: z.array(
    z.strictObject({
      /** The table's place in the image. */
      index: count,
      cells: count,
      wals: count,
      walBytes: count,
      /** Logs whose writer died while it wrote: read up to there. */
      tornTails: count,
      /** Files that a region had after its server died: what its recovery flushed. */
      replayedFiles: count,
      notes: z.array(z.string()),
    }),
  ),
  /** Tables that the logs do not explain, and why: they are taken full (`orFull`). */
  fullTables: z.array(z.strictObject({ index: count, reason: z.string() })),
  positions: z.array(logPositionField),
});
export type WalSummary = z.infer<typeof walSummary>;

/** @throws UnknownAnswer if it is missing or damaged */
export async function readWalSummary(
  objects: Pick<ObjectStore, 'get'>,
  bucket: string,
  work: string,
): Promise<WalSummary> {
  const key = walSummaryKey(work);
  const next = 'start the backup again';
  const object = await objects.get(bucket, key, 64 * 1024 * 1024);
  if (object === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} is missing`, next);
  return readWorkJson(walSummary, object.bytes, { bucket, key, next });
}

/** The parts into which PlanWals cut the logs: one child of SplitWals each. @throws UnknownAnswer */
export async function readWalParts(
  objects: Pick<ObjectStore, 'get'>,
  bucket: string,
  work: string,
): Promise<WalPartLine[]> {
  const key = indexKey(work, 'wal');
  const next = 'start the backup again';
  const object = await objects.get(bucket, key, 64 * 1024 * 1024);
  if (object === undefined) throw new UnknownAnswer(`s3://${bucket}/${key} is missing`, next);
  const lines = Buffer.from(object.bytes).toString('utf8').split('\n').filter(Boolean);
  return lines.map((line) => readWorkJson(walPartLine, line, { bucket, key, next }));
}
