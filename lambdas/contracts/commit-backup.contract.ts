import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment } from './environments.ts';
import { count, digestField, executionField, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** What a committed backup is summed up as: the execution's output, and the history's. */
export const summaryField = z.object({
  id: z.string(),
  root: z.string(),
  type: z.literal('FULL'),
  tables: count,
  files: count,
  bytes: count,
  newFiles: count,
  newBytes: count,
  holders: z.array(z.string()),
  positionFrom: count,
  positionTo: count,
  manifestSha256: digestField,
  completedAt: count,
});
export type BackupSummary = z.infer<typeof summaryField>;

/** The commit: image COMPLETE, flag removed, history, one clean-up entry, in one transaction (I6). */
export const commitBackupContract = defineContract({
  name: 'CommitBackup',
  environment: z.object({ ...tableEnvironment, ...stepLifeEnvironment }),
  input: z.object({
    ...holderFields,
    execution: executionField,
    sealed: z.object({
      manifestSha256: digestField,
      files: count,
      bytes: count,
      newFiles: count,
      newBytes: count,
      holders: z.array(z.string()),
      positionFrom: count,
      positionTo: count,
    }),
  }),
  output: summaryField,
});
