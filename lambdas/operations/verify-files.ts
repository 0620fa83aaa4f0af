import { OutOfTime } from '../../core/errors/platform-errors.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { verifyFilesContract } from '../contracts/verify-files.contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { notingFailure } from './noting-failure.ts';
import { readPlannedRange } from './planned-range.ts';
import { assertDestination } from './verify-destination.ts';
import { assertHolders, assertNoUploads, assertSource } from './verify-sources.ts';

type Ports = { readonly objects: ObjectStore; readonly clock: Clock };

/**
 * {@link verifyFilesContract}: before anything is sealed, every object of a range is found in the destination as S3
 * answered when it was written, nothing else lies there, what is shared is with its holder, and the source still is
 * what was planned (I1, R9). By listings: no request per object.
 * @throws VerificationFailed, SourceChanged, SourceFileMissing, OutOfTime
 */
export const verifyFiles =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async (
    { Items, BatchInput }: InputOf<typeof verifyFilesContract>,
    { stopAt }: StepRun,
  ): Promise<OutputOf<typeof verifyFilesContract>> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const { root, sessionId } = BatchInput;
    const work = workPrefix(root, sessionId);
    const made = { bucket, work };
    const place = { root: parseS3Uri(root, 'root'), source: parseS3Uri(BatchInput.source, 'source'), sessionId, made };
    let files = 0;
    for (const line of Items) {
      const child = { step: 'VerifyFiles', number: line.range };
      files += await notingFailure({ objects, bucket, work }, child, async () => {
        if (ports.clock.now() >= stopAt) throw new OutOfTime(`range ${line.range} is not done`, 'it goes on by itself');
        const range = await readPlannedRange(objects, { bucket, work }, line);
        await assertDestination(objects, place, range);
        await assertHolders(objects, place, range);
        await assertSource(objects, place, range);
        if (line.isLast) await assertNoUploads(objects, place);
        return line.files;
      });
    }
    return { files };
  };
