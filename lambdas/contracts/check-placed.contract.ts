import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/**
 * Lists the target and copies again what HBase's cleaner took, until one listing shows everything: after placing, while
 * the cleaner is paused, and once more after publishing.
 */
export const checkPlacedContract = defineContract({
  name: 'CheckPlaced',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ files: count, copiedAgain: count }),
});
