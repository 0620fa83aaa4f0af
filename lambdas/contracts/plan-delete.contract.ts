import { z } from 'zod';
import { deleteRequestField } from './delete-request.ts';
import { deletionSummaryField } from './deletion-summary.ts';
import { systemEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { digestField, holderFields, snapshotRefField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** What becomes of which image, and which files nobody lists any more: from the system snapshot, as data. Changes no item. */
export const planDeleteContract = defineContract({
  name: 'PlanDelete',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment, ...workEnvironment }),
  input: z.object({ ...holderFields, request: deleteRequestField, snapshot: snapshotRefField }),
  output: z.object({ planSha256: digestField, summary: deletionSummaryField }),
});
