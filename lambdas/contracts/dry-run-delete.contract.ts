import { z } from 'zod';
import { deleteRequestField } from './delete-request.ts';
import { deletionSummaryField } from './deletion-summary.ts';
import { tableEnvironment } from './environments.ts';
import { rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** `--dry-run` of a deletion, from the records as they are now. Has no right to write. */
export const dryRunDeleteContract = defineContract({
  name: 'DryRunDelete',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, request: deleteRequestField }),
  output: deletionSummaryField,
});
