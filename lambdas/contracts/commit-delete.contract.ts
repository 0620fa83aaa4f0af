import { z } from 'zod';
import { deleteRequestField } from './delete-request.ts';
import { deletionSummaryField } from './deletion-summary.ts';
import { stepLifeEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { digestField, executionField, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** The commit of a deletion: records DELETING or SHELL, their clean-up entries, flag removed, history; one transaction (I6, I7). */
export const commitDeleteContract = defineContract({
  name: 'CommitDelete',
  environment: z.object({ ...tableEnvironment, ...workEnvironment, ...stepLifeEnvironment }),
  input: z.object({
    ...holderFields,
    execution: executionField,
    request: deleteRequestField,
    planSha256: digestField,
  }),
  output: deletionSummaryField,
});
