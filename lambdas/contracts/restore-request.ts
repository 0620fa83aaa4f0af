import { z } from 'zod';
import { backupIdField, count, digestField, rootField } from './fields.ts';

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
    }),
  ),
  overwrite: z.boolean(),
  check: z.boolean(),
  dryRun: z.boolean(),
  chunkObjects: count,
  executionArn: z.string(),
  /** Start of the execution, ms: creation time of the published snapshots. */
  startedAt: count,
});
export type RestoreRequest = z.infer<typeof restoreRequest>;
