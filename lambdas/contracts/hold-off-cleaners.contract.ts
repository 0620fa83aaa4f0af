import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Makes the target's HBase count the files to come as needed, before the first of them is there. */
export const holdOffCleanersContract = defineContract({
  name: 'HoldOffCleaners',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ held: count }),
});
