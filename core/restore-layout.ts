/**
 * What a restore or verification leaves in its part of the work bucket, beside what `stack-layout.ts` names.
 *
 * ```
 * <work>request.json                  the checked request, written once: what "latest" meant
 * <work>plan/planned-00000.json       a table whose chunks are all written
 * <work>results/partial-00000.jsonl.zst   what a child had done of its chunk when its time was over
 * <work>results/summary.json          what the run ends with
 * <work>results/script.rb             what finishes a restore, for the HBase shell
 * <work>results/findings.jsonl        everything that a verification found wrong
 * ```
 */
export const requestKey = (work: string): string => `${work}request.json`;
export const plannedTableKey = (work: string, table: number): string =>
  `${work}plan/planned-${String(table).padStart(5, '0')}.json`;
export const partialKey = (work: string, chunk: number): string =>
  `${work}results/partial-${String(chunk).padStart(5, '0')}.jsonl.zst`;
/** The script that finishes the restore. */
export const scriptKey = (work: string): string => `${work}results/script.rb`;
export const summaryKey = (work: string): string => `${work}results/summary.json`;
export const findingsKey = (work: string): string => `${work}results/findings.jsonl`;
