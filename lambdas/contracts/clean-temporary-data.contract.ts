import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** R6 (2): every version and unfinished upload below the session's work prefix. */
export const cleanTemporaryDataContract = defineContract({
  name: 'CleanTemporaryData',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: removalInput,
  output: z.object({ deleted: count, aborted: count, isDone: z.boolean() }),
});
