import { compressLines } from '../../core/compressed-lines.ts';
import { ImageConflict } from '../../core/errors/image-errors.ts';
import { OutOfTime, UnknownAnswer } from '../../core/errors/platform-errors.ts';
import type { CopiedFile } from '../../core/file-entry.ts';
import { compareUtf8 } from '../../core/hbase/utf8-order.ts';
import { dataKey, dataPrefix } from '../../core/image-layout.ts';
import { type PlannedCopy, readPlannedFile, writeCopiedFile } from '../../core/plan/planned-line.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chunkKey, resultKey, workPrefix } from '../../core/stack-layout.ts';
import type { copyFilesContract } from '../contracts/copy-files.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { atOnce } from './at-once.ts';
import { findChunkLines, readChunkLines } from './chunk-lines.ts';
import { AREA_METADATA, type CopyPlace, copyFile, ETAG_METADATA, SESSION_METADATA } from './copy-file.ts';
import { notingFailure } from './noting-failure.ts';

type Ports = { readonly objects: ObjectStore; readonly clock: Clock };

/**
 * {@link copyFilesContract}. Every copy is If-None-Match below a prefix of the session's own, so a late or second run
 * can neither replace nor add anything that was not planned (I8). What an earlier run of the child copied is found by
 * one listing and not copied again.
 * @throws SourceFileMissing, SourceChanged, SourceUnreadable, ImageConflict, OutOfTime
 */
export const copyFiles =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (
    { Items, BatchInput }: InputOf<typeof copyFilesContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof copyFilesContract>> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const { root, sessionId } = BatchInput;
    const work = workPrefix(root, sessionId);
    const made = { bucket, work };
    const place = { source: parseS3Uri(BatchInput.source, 'source'), root: parseS3Uri(root, 'root'), sessionId, made };
    let files = 0;
    let bytes = 0;
    for (const { chunk, files: planned } of Items) {
      const child = { step: 'CopyFiles', number: chunk };
      const copied = await notingFailure({ objects, bucket, work }, child, () => copyChunk(chunk, planned));
      files += copied.length;
      for (const { size } of copied) bytes += size;
    }
    return { files, bytes };

    async function copyChunk(chunk: number, count: number): Promise<readonly CopiedFile[]> {
      const [lines, isDone] = await Promise.all([
        readChunkLines(objects, bucket, chunkKey(work, chunk)),
        findChunkLines(objects, bucket, resultKey(work, chunk)),
      ]);
      if (lines.length !== count) {
        throw new UnknownAnswer(
          `chunk ${chunk} has ${lines.length} files instead of ${count}`,
          'start the backup again',
        );
      }
      const planned = lines.map((line) => readPlannedFile(line) as PlannedCopy);
      // Its results are there: an earlier run finished, and only its answer was lost.
      if (isDone?.length === planned.length) return planned as unknown as CopiedFile[];
      const before = await copiedBefore(objects, place, planned);
      const copied = await atOnce(BatchInput.concurrency, planned, async (file, index) => {
        const known = before[index];
        if (known !== undefined) return known;
        if (ports.clock.now() >= stopAt) throw new OutOfTime(`chunk ${chunk} is not done`, 'it goes on by itself');
        return copyFile(objects, place, file);
      });
      await objects.put(bucket, resultKey(work, chunk), compressLines(copied.map(writeCopiedFile)));
      return copied;
    }
  };

/** What stands at the keys of a chunk already. One listing; a HEAD only for what is there. */
async function copiedBefore(
  objects: ObjectStore,
  place: CopyPlace,
  planned: readonly PlannedCopy[],
): Promise<readonly (CopiedFile | undefined)[]> {
  const prefix = dataPrefix(place.root, place.sessionId);
  const indexes = new Map(planned.map(({ path }, index) => [`${prefix}${path}`, index]));
  const first = `${prefix}${planned[0]!.path}`;
  const last = `${prefix}${planned.at(-1)!.path}`;
  const found: { readonly index: number; readonly file: PlannedCopy }[] = [];
  // Names of files are ASCII: without its last character the first key sorts right before itself.
  for await (const { key } of objects.list(place.root.bucket, prefix, { startAfter: first.slice(0, -1) })) {
    if (compareUtf8(key, last) > 0) break;
    const index = indexes.get(key);
    if (index !== undefined) found.push({ index, file: planned[index]! });
  }
  const copied: (CopiedFile | undefined)[] = new Array(planned.length).fill(undefined);
  await atOnce(32, found, async ({ index, file }) => {
    copied[index] = await ownCopy(objects, place, file);
  });
  return copied;
}

/** @throws ImageConflict if what stands there is not a copy of this session of this file */
async function ownCopy(objects: ObjectStore, place: CopyPlace, file: PlannedCopy): Promise<CopiedFile | undefined> {
  const key = dataKey(place.root, place.sessionId, file.path);
  const there = await objects.attributes(place.root.bucket, key);
  if (there === undefined) return undefined;
  const { size, etag, checksum, metadata, versionId } = there;
  const area = metadata[AREA_METADATA];
  const sourceEtag = metadata[ETAG_METADATA];
  const isArea = area === 'data' || area === 'archive' || area === 'mobdir' || area === 'made';
  const isOurs = metadata[SESSION_METADATA] === place.sessionId && size === file.size && checksum !== undefined;
  if (!isOurs || !isArea || sourceEtag === undefined) {
    throw new ImageConflict(
      `s3://${place.root.bucket}/${key} is there already and is no copy of this session`,
      'find out who else writes below the backup root, then start the backup again',
      { path: file.path },
    );
  }
  return { path: file.path, size, area, sourceEtag, etag, checksum, ...(versionId !== undefined && { versionId }) };
}
