import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Off the list. */
export const dropCleanUpEntryContract = defineContract({
  name: 'DropCleanUpEntry',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, entryId: z.string() }),
  output: z.object({}),
});
