import { z } from 'zod';
import { TRACKERS } from '../../core/hbase/store-file-tracker.ts';
import { backupIdField, count, digestField, rootField } from './fields.ts';
import { labelCheck } from './label-check.ts';
import { attributeSetting } from './table-to-restore.ts';

/** A checked restore: what `CheckRestore` makes of the execution's input and writes once for the steps behind it. */
export const restoreRequest = z.object({
  format: z.literal(1),
  run: z.string(),
  root: rootField,
  image: backupIdField,
  manifestSha256: digestField,
  /** HBase root directory that the snapshots are placed in, `s3://…`. */
  target: rootField,
  tables: z.array(
    z.object({
      table: z.string(),
      /** Name of the table that the finishing command makes. */
      target: z.string(),
      snapshot: z.string(),
      set: z.array(attributeSetting),
    }),
  ),
  /** What visibility tags mean in the target; absent in 0.1. */
  labels: labelCheck.optional(),
  overwrite: z.boolean(),
  check: z.boolean(),
  dryRun: z.boolean(),
  chunkObjects: count,
  stripCoprocessors: z.boolean(),
  /** Absent: the target's. */
  storeFileTracker: z.enum(TRACKERS).optional(),
  manifestLimitBytes: count,
  executionArn: z.string(),
  /** Start of the execution, ms: creation time of the published snapshots. */
  startedAt: count,
});
export type RestoreRequest = z.infer<typeof restoreRequest>;
