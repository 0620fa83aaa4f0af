import { z } from 'zod';
import { rootsEnvironment, tableEnvironment, targetsEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Restores that have ended and may have left something in a configured target. At most 200 a run. */
export const listAbandonedRestoresContract = defineContract({
  name: 'ListAbandonedRestores',
  environment: z.object({ ...tableEnvironment, ...rootsEnvironment, ...targetsEnvironment }),
  input: z.object({ contract: z.number(), input: z.unknown() }),
  output: z.object({
    /** When the listing began, epoch ms. */
    checkedAt: count,
    restores: z.array(
      z.object({
        root: rootField,
        run: runFields.run,
        target: rootField,
        /** Closed, and no step in flight can still write there: what it left may go. Otherwise it is closed only. */
        isDue: z.boolean(),
      }),
    ),
  }),
});
