import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** R6 (1): aborts uploads and deletes every version below the image's prefix but the VOID marker. */
export const cleanDestinationContract = defineContract({
  name: 'CleanDestination',
  environment: z.object(tableEnvironment),
  input: removalInput,
  output: z.object({
    deleted: count,
    aborted: count,
    /** False: the step's time was up; call it again. */
    isDone: z.boolean(),
  }),
});
