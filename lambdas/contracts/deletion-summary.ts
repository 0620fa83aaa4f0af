import { z } from 'zod';
import { backupIdField, count } from './fields.ts';

const idsField = z.object({ count, ids: z.array(backupIdField) });

/** What a deletion does or did: output of plan, dry run and commit, and summary in the history. Lists of ids are cut. */
export const deletionSummaryField = z.object({
  root: z.string(),
  images: z.array(
    z.object({
      id: backupIdField,
      was: z.enum(['COMPLETE', 'SHELL']),
      becomes: z.enum(['DELETING', 'SHELL']),
      /** Of its own bytes: those that go, and those that stay because surviving images list them. */
      freedFiles: count,
      freedBytes: count,
      heldBytes: count,
      heldBy: idsField,
    }),
  ),
  freedBytes: count,
  heldBytes: count,
  /** FAILED sessions that the history shows no more. */
  sessions: z.array(backupIdField),
  pointsBefore: count,
  pointsAfter: count,
  /** What did not fit into one session: the same command once more. */
  later: idsField,
});
export type DeletionSummary = z.infer<typeof deletionSummaryField>;
