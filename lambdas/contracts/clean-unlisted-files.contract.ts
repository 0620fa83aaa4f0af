import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** Of a SHELL: deletes every version of the files that its entry's list names, and of no others. */
export const cleanUnlistedFilesContract = defineContract({
  name: 'CleanUnlistedFiles',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: removalInput,
  output: z.object({
    deleted: count,
    /** False: the step's time was up; call it again. */
    isDone: z.boolean(),
  }),
});
