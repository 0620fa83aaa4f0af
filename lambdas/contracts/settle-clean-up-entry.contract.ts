import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** After a pass: may the entry leave the list, or does it stay until no step in flight can still write there? */
export const settleCleanUpEntryContract = defineContract({
  name: 'SettleCleanUpEntry',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, entryId: z.string(), removed: count, checkedAt: count }),
  output: z.object({ decision: z.enum(['DROP', 'KEEP']), reason: z.string(), notBefore: z.number().optional() }),
});
