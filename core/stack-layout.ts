import type { BackupId } from './backup-id.ts';
import { sha256 } from './digest.ts';

/**
 * Every key in the stack's own buckets is built here. Roots are named by a digest, so that no root's prefix is a
 * prefix of another's; everything of a session lies under its id (I8).
 *
 * ```
 * system bucket   system/<root digest>/<id>-<random>.jsonl          system snapshots
 * work bucket     work/<root digest>/<run>/plan/snapshots.json      which snapshot of each table was chosen
 *                 work/<root digest>/<run>/plan/table-00000.jsonl.zst   the plan of a table
 *                 work/<root digest>/<run>/plan/copy-00000.jsonl.zst    a chunk: of a session, restore or verification
 *                 work/<root digest>/<run>/plan/verify-00000.jsonl.zst  a range: its bounds, and the files shared in it
 *                 work/<root digest>/<run>/plan/<map>-index.jsonl   what a map reads: copy, place, verify, wal or merge
 *                 work/<root digest>/<run>/plan/wals.json           header of an increment from logs: tables, boundary, the logs as listed
 *                 work/<root digest>/<run>/plan/wals.jsonl.zst      its logs, one a line
 *                 work/<root digest>/<run>/plan/known-files.jsonl.zst   store files that the parents' regions are known to have
 *                 work/<root digest>/<run>/plan/merge-00000.jsonl.zst   a chunk of what is merged
 *                 work/<root digest>/<run>/plan/bulk-copies.jsonl.zst   bulk-loaded files that are copied as they are
 *                 work/<root digest>/<run>/plan/store-files.jsonl.zst   known-files after the increment, for the image
 *                 work/<root digest>/<run>/plan/wal-summary.json    what the logs came to, and the positions after them
 *                 work/<root digest>/<run>/plan/unlisted-00000.jsonl.zst   of an image that becomes or is a SHELL: what nobody lists any more
 *                 work/<root digest>/<run>/plan/plan.json           header of a session's plan, written last
 *                 work/<root digest>/<run>/results/copy-00000.jsonl.zst   what was done of a chunk
 *                 work/<root digest>/<run>/results/split-00000.jsonl.zst  what was found in a log
 *                 work/<root digest>/<run>/results/merge-00000.jsonl.zst  the HFiles made of a chunk
 *                 work/<root digest>/<run>/runs/<log>-<n>.run       sorted cells of a log
 *                 work/<root digest>/<run>/made/<ns>/<table>/<region>/<family>/<file>   HFiles made of logs
 *                 work/<root digest>/<run>/failures/<step>-00000.json
 *                 work/<root digest>/<run>/maps/<map>/…             what ResultWriter leaves
 * ```
 * `<run>` is a session (its backup id), or a restore or verification (`runOf` its execution).
 */
export const rootDigest = (rootUri: string): string => sha256(rootUri).slice(0, 20);

export const systemPrefix = (rootUri: string): string => `system/${rootDigest(rootUri)}/`;
export const systemSnapshotKey = (rootUri: string, id: BackupId, unique: string): string =>
  `${systemPrefix(rootUri)}${id}-${unique}.jsonl`;

export const workPrefix = (rootUri: string, run: string): string => `work/${rootDigest(rootUri)}/${run}/`;
const numbered = (n: number): string => String(n).padStart(5, '0');
/** Index of chunks: the lines that a Distributed Map reads, one a child. */
export const indexKey = (work: string, map: 'copy' | 'verify' | 'place' | 'wal' | 'merge'): string =>
  `${work}plan/${map}-index.jsonl`;
/** The whole plan of one table, sorted by path: what is copied and what is shared. */
export const tablePlanKey = (work: string, table: number): string => `${work}plan/table-${numbered(table)}.jsonl.zst`;
export const chunkKey = (work: string, chunk: number): string => `${work}plan/copy-${numbered(chunk)}.jsonl.zst`;
/** What a verify range covers: its bounds, and the files in it whose bytes an older image holds. */
export const rangeKey = (work: string, range: number): string => `${work}plan/verify-${numbered(range)}.jsonl.zst`;
/** The plan's header: tables, snapshots, totals. Written last: with it the plan is whole. */
export const planKey = (work: string): string => `${work}plan/plan.json`;
/** Of a deletion: paths of one holder that no surviving image lists, one a line. */
export const unlistedKey = (work: string, holder: number): string =>
  `${work}plan/unlisted-${numbered(holder)}.jsonl.zst`;
/** Which snapshot of each table the session has chosen: written once, so that a second run of the step chooses the same. */
export const chosenSnapshotsKey = (work: string): string => `${work}plan/snapshots.json`;
export const resultKey = (work: string, chunk: number): string => `${work}results/copy-${numbered(chunk)}.jsonl.zst`;
/** The header of an increment from logs: boundary, tables, streams. Written once; the lists beside it follow from it. */
export const walPlanKey = (work: string): string => `${work}plan/wals.json`;
export const walListKey = (work: string): string => `${work}plan/wals.jsonl.zst`;
export const knownFilesKey = (work: string): string => `${work}plan/known-files.jsonl.zst`;
export const splitResultKey = (work: string, wal: number): string => `${work}results/split-${numbered(wal)}.jsonl.zst`;
/** Sorted cells of a log; `n` counts the run objects of the log. */
export const runKey = (work: string, wal: number, n: number): string => `${work}runs/${numbered(wal)}-${n}.run`;
export const mergeChunkKey = (work: string, chunk: number): string => `${work}plan/merge-${numbered(chunk)}.jsonl.zst`;
export const mergeResultKey = (work: string, chunk: number): string =>
  `${work}results/merge-${numbered(chunk)}.jsonl.zst`;
export const bulkCopiesKey = (work: string): string => `${work}plan/bulk-copies.jsonl.zst`;
export const plannedStoreFilesKey = (work: string): string => `${work}plan/store-files.jsonl.zst`;
export const walSummaryKey = (work: string): string => `${work}plan/wal-summary.json`;
/** HFiles made of logs lie below it by their path, until they are copied into the image. */
export const madePrefix = (work: string): string => `${work}made/`;
export const failuresPrefix = (work: string): string => `${work}failures/`;
export const failureKey = (work: string, step: string, child: number): string =>
  `${failuresPrefix(work)}${step}-${numbered(child)}.json`;
