import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count, executionField, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Of an increment from logs: what the logs tell of regions and files is checked, and what is merged is cut into chunks. */
export const planMergeContract = defineContract({
  name: 'PlanMerge',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({ ...holderFields, execution: executionField }),
  output: z.object({
    tasks: count,
    chunks: count,
    /** Key in the work bucket: one line a child of the map. No bytes if nothing is merged. */
    indexKey: z.string(),
  }),
});
