import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The fence of the target: one restore record a table. */
export const claimTargetsContract = defineContract({
  name: 'ClaimTargets',
  environment: z.object({ ...tableEnvironment, ...workEnvironment, ...stepLifeEnvironment }),
  input: runInput,
  output: z.object({ claimed: count }),
});
