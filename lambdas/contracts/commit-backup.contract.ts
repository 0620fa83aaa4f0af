import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment } from './environments.ts';
import { count, executionField, holderFields, sealedField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** What a committed backup is summed up as: the execution's output, and the history's. */
export const summaryField = sealedField.extend({
  id: z.string(),
  root: z.string(),
  type: z.enum(['FULL', 'INCREMENTAL']),
  /** Images that it follows on. */
  parents: z.array(z.string()),
  tables: count,
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
    sealed: sealedField,
  }),
  output: summaryField,
});
