import { z } from 'zod';

/** Fields that the inputs and outputs of several steps share. */
export const count = z.number().int().nonnegative();
export const backupIdField = z.string().regex(/^backup_\d{13}$/, 'must be backup_<13 digits>');
export const rootField = z.string().startsWith('s3://');
export const digestField = z.string().regex(/^[0-9a-f]{64}$/);

/** The execution that calls, from `$states.context.Execution`. */
export const executionField = z.object({
  arn: z.string(),
  name: z.string(),
  /** ISO 8601. */
  startTime: z.string(),
});

export const snapshotRefField = z.object({ key: z.string(), items: count, sha256: digestField });

/** Who a step works for: checked against the control item on entry (docs/design.md, "Orders"). */
export const holderFields = {
  contract: z.number(),
  root: rootField,
  sessionId: backupIdField,
  epoch: count,
};

export const reasonField = z.object({ name: z.string(), message: z.string(), hint: z.string() });

/** A checked request for a full backup: what `CheckInput` makes of the execution's input. */
export const fullRequestField = z.object({
  root: rootField,
  source: z.string(),
  /** Sorted, canonical names; `null` means every table of the source. */
  tables: z.array(z.string()).nullable(),
  /** Table → name of the snapshot to take. */
  snapshots: z.record(z.string(), z.string()),
  standalone: z.boolean(),
  /** `hbase.wal.dir`: where the image's positions in the logs are read; absent: the source. */
  wals: z.string().optional(),
  dryRun: z.boolean(),
  copyConcurrency: z.number().int().min(1).max(10_000),
  chunkObjects: z.number().int().min(1).max(1_000),
});
export type FullRequest = z.infer<typeof fullRequestField>;

/** A checked request for an incremental backup: what `CheckIncremental` makes of the execution's input. */
export const incrementalRequestField = z.object({
  type: z.literal('INCREMENTAL'),
  root: rootField,
  source: z.string(),
  /** Sorted, canonical names. */
  tables: z.array(z.string()).nonempty(),
  /** Table → name of the snapshot that is its end. */
  snapshots: z.record(z.string(), z.string()),
  /** Whether a table that has nothing to follow on is taken full instead. */
  orFull: z.boolean(),
  /** Whether a newer snapshot of each table is the end of the increment; otherwise it is made of logs. */
  fromSnapshot: z.boolean(),
  /** `hbase.wal.dir`. */
  wals: z.string(),
  /** Whether what is readable of logs that are still written counts too. */
  includeActive: z.boolean(),
  /** By how much the clocks of the servers may differ. */
  clockMarginSeconds: count,
  /** Epoch ms: the logs are taken no further. */
  until: count.optional(),
  dryRun: z.boolean(),
  copyConcurrency: z.number().int().min(1).max(10_000),
  chunkObjects: z.number().int().min(1).max(1_000),
});
export type IncrementalRequest = z.infer<typeof incrementalRequestField>;

/** What is planned. A full one has no `type`; it is tried last, because it would take an incremental one too. */
export const backupRequestField = z.union([incrementalRequestField, fullRequestField]);
export type BackupRequest = z.infer<typeof backupRequestField>;

/** By whose right something is removed: the holder of a roll-back, or an entry of the clean-up list. */
export const authorityField = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ROLL_BACK'), epoch: count, runId: z.string() }),
  z.object({ kind: z.literal('CLEAN_UP'), entryId: z.string() }),
]);

/** What the seal answers, the commit records and the summary repeats. */
export const sealedField = z.object({
  manifestSha256: digestField,
  files: count,
  bytes: count,
  newFiles: count,
  newBytes: count,
  holders: z.array(z.string()),
  positionFrom: count,
  positionTo: count,
});
