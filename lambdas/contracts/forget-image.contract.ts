import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** Last act of a deletion: the record of an image whose bytes are gone, and its entry, in one transaction without a flag (I2, I7). */
export const forgetImageContract = defineContract({
  name: 'ForgetImage',
  environment: z.object(tableEnvironment),
  input: removalInput,
  output: z.object({
    /** LATER: a session holds the root. The entry stays. */
    decision: z.enum(['FORGOTTEN', 'LATER']),
    reason: z.string(),
  }),
});
