import { z } from 'zod';
import { backupIdField, count } from './fields.ts';
import { labelCheck } from './label-check.ts';
import { restoreScriptField } from './restore-script.ts';
import { restorePlan, targetShows } from './table-to-restore.ts';

/** What a restore ends with, a table at a time, and what to type into the HBase shell to finish it. */
export const restoredTables = z.object({
  restoreId: z.string(),
  image: backupIdField,
  target: z.string(),
  /** False after `--check` and `--dry-run`: nothing was placed. */
  published: z.boolean(),
  tables: z.array(
    z.object({
      table: z.string(),
      target: z.string(),
      snapshot: z.string(),
      files: count,
      bytes: count,
      /** Files copied, and files that were there already with equal bytes. */
      copied: count,
      reused: count,
      command: z.string(),
      /** Changes of the descriptor, what of it the target must know, and notes. */
      ...restorePlan.shape,
    }),
  ),
  shows: targetShows,
  labels: labelCheck.optional(),
  /** Null after `--check` and `--dry-run`. */
  script: restoreScriptField.nullable(),
  /** Tables that this list leaves out to stay below 256 KiB; `summary` has them. */
  omitted: count,
  /** The whole of it in the work bucket. */
  summary: z.string(),
});
export type RestoredTables = z.infer<typeof restoredTables>;
