import { z } from 'zod';
import { systemEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { backupRequestField, count, executionField, holderFields, snapshotRefField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Of `full-backup` and `incremental-backup`. What is going to be done, as data in the work bucket, made from the system snapshot before anything is copied. */
export const planBackupContract = defineContract({
  name: 'PlanBackup',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment, ...workEnvironment }),
  input: z.object({
    ...holderFields,
    execution: executionField,
    /** Epoch ms: start of the session, as the flag has it. */
    startedAt: count,
    request: backupRequestField,
    snapshot: snapshotRefField,
  }),
  output: z.object({
    tables: count,
    files: count,
    bytes: count,
    newFiles: count,
    newBytes: count,
    copyChunks: count,
    verifyRanges: count,
    /** Keys in the work bucket: one line a child of the map. The copy index has no bytes if nothing is copied. */
    copyIndexKey: z.string(),
    verifyIndexKey: z.string(),
  }),
});
