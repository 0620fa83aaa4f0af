import { z } from 'zod';
import { TargetExists, VerificationFailed } from '../../core/errors/image-errors.ts';
import { OutOfTime } from '../../core/errors/platform-errors.ts';
import type { FileEntry } from '../../core/file-entry.ts';
import { readFileEntry } from '../../core/file-entry-line.ts';
import { SortedLookup } from '../../core/plan/sorted-lookup.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import { chunkKey, resultKey, workPrefix } from '../../core/stack-layout.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { StepRun } from '../ports/step-run.ts';
import { atOnce } from './at-once.ts';
import { readChunkLines } from './chunk-lines.ts';
import { archivePrefix, placeFile, placesOf } from './place-file.ts';
import { PlannedTables } from './planned-tables.ts';
import { readWorkJson } from './read-work-json.ts';
import { runEntry } from './run-entry.ts';
import { hasSameContent } from './same-content.ts';
import { listingsBelow } from './source-listing.ts';
import { holdTargets, type TargetPorts } from './target-fence.ts';

/** So many listings in which something was gone: with the hold in place a cleaner takes no file twice. */
const PASSES = 5;
/** After a starting master wiped the hold everything may be gone. */
const AT_ONCE = 32;

const placedFile = z.object({ path: z.string(), size: z.number(), etag: z.string() });

/**
 * {@link checkPlacedContract}: lists the target and copies again what HBase's cleaner
 * took, until one listing of everything shows everything (I11: visible only when it is whole).
 * @throws PinExpired, TargetBusy, TargetExists, VerificationFailed, OutOfTime
 */
export const checkPlaced =
  (ports: TargetPorts, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput, { stopAt }: StepRun): Promise<{ files: number; copiedAgain: number }> => {
    const { objects } = ports;
    const bucket = config.WORK_BUCKET;
    const request = await runEntry(ports, config, restoreRequest, { root, run });
    await holdTargets(ports, request);
    const work = workPrefix(root, run);
    const places = { root: parseS3Uri(root, 'root'), target: parseS3Uri(request.target, 'target') };
    const where = { ...places, restoreId: run, refuseIfLate };
    const plan = new PlannedTables(objects, bucket, work);
    let copiedAgain = 0;
    for (let pass = 1; ; pass++) {
      let files = 0;
      let gone = 0;
      for (const table of request.tables.keys()) {
        const listed = new SortedLookup(listingsBelow(objects, where.target.bucket, archivePrefix(where.target)));
        for (const { chunk } of (await plan.read(table)).chunks) {
          const found = await inTime(() => checkChunk(chunk, listed));
          files += found.files;
          gone += found.gone;
        }
        await listed.close();
      }
      copiedAgain += gone;
      if (gone === 0) return { files, copiedAgain };
      if (pass < PASSES) continue;
      throw new VerificationFailed(
        `files of ${request.target} vanish as fast as they are copied: ${gone} in the last of ${PASSES} listings`,
        "stop the target HBase's cleaner (cleaner_chore_switch false), then restore again",
        { target: request.target, gone },
      );
    }

    async function checkChunk(chunk: number, listed: SortedLookup): Promise<{ files: number; gone: number }> {
      const entries = await readChunkLines(objects, bucket, chunkKey(work, chunk));
      const results = { bucket, key: resultKey(work, chunk), next: 'start it again' } as const;
      const placed = await readChunkLines(objects, bucket, results.key);
      const gone: FileEntry[] = [];
      for (const [i, line] of entries.entries()) {
        const entry = readFileEntry(line, chunkKey(work, chunk));
        const { size, etag } = readWorkJson(placedFile, placed[i] ?? 'null', results);
        const object = await listed.find(entry.path);
        if (object === undefined) {
          gone.push(entry);
        } else if (object.size !== size || object.etag !== etag) {
          await refuseIfChanged(entry);
        }
      }
      await atOnce(AT_ONCE, gone, (entry) => inTime(() => placeFile(objects, where, entry)));
      return { files: entries.length, gone: gone.length };
    }

    /** What was copied again stays, so the next try has less to do. */
    async function inTime<T>(work: () => Promise<T>): Promise<T> {
      refuseIfLate();
      return work();
    }

    function refuseIfLate(): void {
      if (ports.clock.now() < stopAt) return;
      throw new OutOfTime('the target is not listed to its end', 'it goes on by itself');
    }

    /** Copied again by an earlier pass, or archived by HBase under the same name: right if the bytes are. */
    async function refuseIfChanged(entry: FileEntry): Promise<void> {
      const { held, there } = placesOf(where.root, where.target, entry);
      if (await hasSameContent(objects, entry, held, there, refuseIfLate)) return;
      throw new TargetExists(
        `s3://${there.bucket}/${there.key} was replaced by other bytes than ${entry.path} of ${entry.holder}`,
        'find out who writes there, then restore again',
        { target: request.target, path: entry.path },
      );
    }
  };
