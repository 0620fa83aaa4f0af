import { z } from 'zod';
import { canonicalJson } from '../../core/canonical-json.ts';
import { compressLines } from '../../core/compressed-lines.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import { readFileEntry } from '../../core/file-entry-line.ts';
import { partialKey } from '../../core/restore-layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chunkKey, resultKey, workPrefix } from '../../core/stack-layout.ts';
import type { placeFilesContract } from '../contracts/place-files.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { StepRun } from '../ports/step-run.ts';
import { atOnce } from './at-once.ts';
import { findChunkLines, readChunkLines } from './chunk-lines.ts';
import { notingFailure } from './noting-failure.ts';
import { type PlacedFile, placeFile } from './place-file.ts';
import { readWorkJson } from './read-work-json.ts';
import { type RunPorts, runEntry } from './run-entry.ts';

const placedFile = z.object({
  ...{ path: z.string(), size: z.number(), etag: z.string() },
  action: z.enum(['copied', 'reused']),
});

/** Copies in flight; S3 does the work, the Lambda waits. */
const AT_ONCE = 32;

/**
 * A child of the place map. Writes store files below the target's `archive/` only, and each only where nothing stands;
 * the names are the snapshot's, so a late or second run of it does what the first did (I8, I10).
 * @throws PinExpired, TargetExists, VerificationFailed, OutOfTime (what was done is noted, and the next try goes on behind it)
 */
export const placeFiles =
  (ports: RunPorts, config: { readonly WORK_BUCKET: string }) =>
  async (
    { BatchInput: { root, run }, Items }: InputOf<typeof placeFilesContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof placeFilesContract>> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const work = workPrefix(root, run);
    let files = 0;
    for (const { chunk } of Items) {
      files += await notingFailure({ objects, bucket, work }, { step: 'PlaceFiles', number: chunk }, () =>
        place(chunk),
      );
    }
    return { files };

    async function place(chunk: number): Promise<number> {
      const request = await runEntry(ports, config, restoreRequest, { root, run });
      const places = { root: parseS3Uri(root, 'root'), target: parseS3Uri(request.target, 'target') };
      const where = { ...places, restoreId: run, refuseIfLate };
      const key = chunkKey(work, chunk);
      const entries = (await readChunkLines(objects, bucket, key)).map((line) => readFileEntry(line, key));
      // Comparing what stands there already may mean reading it: no try does that for a file that an earlier one did.
      const done = new Map<string, PlacedFile>();
      const partial = partialKey(work, chunk);
      for (const line of (await findChunkLines(objects, bucket, partial)) ?? []) {
        const file = readWorkJson(placedFile, line, { bucket, key: partial, next: 'start it again' });
        done.set(file.path, file);
      }
      const write = (file: string, placed: readonly PlacedFile[]) =>
        objects.put(bucket, file, compressLines(placed.map((one) => canonicalJson(one))));
      try {
        const placed = await atOnce(AT_ONCE, entries, async (entry): Promise<PlacedFile> => {
          const before = done.get(entry.path);
          if (before !== undefined) return before;
          refuseIfLate();
          const file = await placeFile(objects, where, entry);
          done.set(entry.path, file);
          return file;
        });
        await write(resultKey(work, chunk), placed);
        return placed.length;
      } catch (error) {
        if (error instanceof OutOfTime) await write(partial, [...done.values()]);
        throw error;
      }
    }

    function refuseIfLate(): void {
      if (ports.clock.now() >= stopAt) throw new OutOfTime('a chunk is not done', 'it goes on by itself');
    }
  };
