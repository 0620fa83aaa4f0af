import { z } from 'zod';
import { VerificationFailed } from '../../core/errors/image-errors.ts';
import type { CopiedFile, FileEntry } from '../../core/file-entry.ts';
import { readFileEntry } from '../../core/file-entry-line.ts';
import type { RangeBounds } from '../../core/plan/cut-plan.ts';
import { type PlannedCopy, readCopiedFile, readPlannedFile } from '../../core/plan/planned-line.ts';
import { chunkKey, rangeKey, resultKey } from '../../core/stack-layout.ts';
import type { InputOf } from '../contracts/step-contract.ts';
import type { verifyFilesContract } from '../contracts/verify-files.contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { findChunkLines, readChunkLines } from './chunk-lines.ts';
import { readWorkJson } from './read-work-json.ts';

/** What a range should look like: plan and results of its chunks, and the files whose bytes older images hold. */
export interface PlannedRange {
  readonly bounds: RangeBounds;
  readonly copies: readonly { readonly planned: PlannedCopy; readonly copied: CopiedFile }[];
  readonly shares: readonly FileEntry[];
}

const rangeBounds = z.strictObject({ after: z.string().exactOptional(), upTo: z.string().exactOptional() });

/** @throws UnknownAnswer for a damaged line; VerificationFailed unless each chunk has one result a planned file, in the same order, of the same size */
export async function readPlannedRange(
  objects: Pick<ObjectStore, 'getStream'>,
  { bucket, work }: { readonly bucket: string; readonly work: string },
  line: InputOf<typeof verifyFilesContract>['Items'][number],
): Promise<PlannedRange> {
  const key = rangeKey(work, line.range);
  const [bounds = '{}', ...shared] = await readChunkLines(objects, bucket, key);
  const shares = shared.map((text) => readFileEntry(text, key));
  const copies: { planned: PlannedCopy; copied: CopiedFile }[] = [];
  const [first, last] = line.chunks ?? [0, -1];
  for (let chunk = first; chunk <= last; chunk++) {
    const planned = (await readChunkLines(objects, bucket, chunkKey(work, chunk))).map(readPlannedFile);
    const results = (await findChunkLines(objects, bucket, resultKey(work, chunk)))?.map(readCopiedFile);
    if (results?.length !== planned.length) {
      throw incomplete(`chunk ${chunk} has ${results?.length ?? 'no'} results for ${planned.length} planned files`);
    }
    for (const [i, file] of planned.entries()) {
      const copied = results[i]!;
      if (file.action !== 'copy' || copied.path !== file.path || copied.size !== file.size) {
        throw incomplete(`the result for ${file.path} is of ${copied.path}, ${copied.size} bytes`);
      }
      copies.push({ planned: file, copied });
    }
  }
  if (copies.length + shares.length !== line.files) {
    throw incomplete(`range ${line.range} has ${copies.length + shares.length} files instead of ${line.files}`);
  }
  return { bounds: readWorkJson(rangeBounds, bounds, { bucket, key, next: 'start the backup again' }), copies, shares };
}

const incomplete = (what: string) => new VerificationFailed(what, 'start the backup again', {});
