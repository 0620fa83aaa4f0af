import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { restoredTables } from './restored-tables.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The restore's output, from the plan and the results. */
export const summarizeRestoreContract = defineContract({
  name: 'SummarizeRestore',
  environment: z.object(workEnvironment),
  input: z.object({ ...runFields, published: z.boolean() }),
  output: restoredTables,
});
