import { z } from 'zod';
import { autoRepairEnvironment, rootsEnvironment, tableEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Measures each root; auto-repair: flags whose owner's execution has ended get a repair. Called by the sweep and by end events. */
export const findAbandonedSessionsContract = defineContract({
  name: 'FindAbandonedSessions',
  environment: z.object({
    ...tableEnvironment,
    ...rootsEnvironment,
    ...autoRepairEnvironment,
    REPAIR_STATE_MACHINE_ARN: z.string(),
  }),
  input: z.object({ contract: z.number() }),
  output: z.object({ flags: count, started: z.array(z.string()) }),
});
