import { z } from 'zod';
import { count } from './fields.ts';

/** The script for `hbase shell -n` that finishes a restore. */
export const restoreScriptField = z.object({
  /** In the work bucket. */
  at: z.string(),
  /** Null: too long for an execution's output. */
  text: z.string().nullable(),
  /** Commands that make the namespaces, where they are not there yet. */
  namespaces: z.array(z.string()),
  /** How many of each it runs. */
  grants: count,
  quotas: count,
  /** Lines about what it does not run. */
  notRun: count,
});
export type RestoreScript = z.infer<typeof restoreScriptField>;
