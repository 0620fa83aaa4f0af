import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The target's fence opens: records end as PUBLISHED or FAILED, if they are still this restore's. What failed is noted for the clean-up. */
export const releaseTargetsContract = defineContract({
  name: 'ReleaseTargets',
  environment: z.object({ ...tableEnvironment, ...stepLifeEnvironment }),
  input: z.object({ ...runFields, target: rootField, state: z.enum(['PUBLISHED', 'FAILED']) }),
  output: z.object({ released: count }),
});
