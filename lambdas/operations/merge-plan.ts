import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { mergeChunkKey } from '../../core/stack-layout.ts';
import { count } from '../contracts/fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';

const mergeTask = z.strictObject({
  /** The table's place in the image. */
  table: count,
  /** The target region's place in the plan. */
  region: count,
  family: z.string(),
  segments: z.array(
    z.strictObject({
      part: count,
      run: count,
      etag: z.string(),
      offset: count,
      length: count,
      hasTags: z.boolean(),
      /** Only cells of smaller sequence ids. */
      below: count.optional(),
    }),
  ),
  /** Bulk-loaded files of regions that are no target region: their rows of this region, with their load's sequence id. */
  bulkLoads: z.array(z.strictObject({ path: z.string(), sequenceId: count })),
});
/** One line of `plan/merge-<chunk>.jsonl.zst`: what becomes one HFile. */
export type MergeTask = z.infer<typeof mergeTask>;

interface Place {
  readonly bucket: string;
  readonly work: string;
}

export const putMergeChunk = (
  objects: Pick<ObjectStore, 'put'>,
  { bucket, work }: Place,
  chunk: number,
  tasks: readonly MergeTask[],
): Promise<void> =>
  objects.put(bucket, mergeChunkKey(work, chunk), compressLines(tasks.map((task) => canonicalJson(task))));

/** @throws UnknownAnswer if it is missing or damaged */
export async function readMergeChunk(
  objects: Pick<ObjectStore, 'getStream'>,
  { bucket, work }: Place,
  chunk: number,
): Promise<MergeTask[]> {
  const key = mergeChunkKey(work, chunk);
  const lines = await readChunkLines(objects, bucket, key);
  return lines.map((line) => readWorkJson(mergeTask, line, { bucket, key, next: 'start the backup again' }));
}
