import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** A failed restore removes its own hold and what it did not publish; never a store file. */
export const cleanRestoreContract = defineContract({
  name: 'CleanRestore',
  environment: z.object(workEnvironment),
  input: z.object({ ...runFields, target: rootField }),
  output: z.object({
    deleted: count,
    /** What is left in the target and who removes it; empty if nothing is. */
    left: z.string(),
  }),
});
