import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The same once more after publishing: a file taken in between was protected by nothing. */
export const checkPublishedContract = defineContract({
  name: 'CheckPublished',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ files: count, copiedAgain: count }),
});
