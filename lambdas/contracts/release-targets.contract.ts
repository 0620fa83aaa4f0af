import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The target's fence opens: records end as PUBLISHED or FAILED, if they are still this restore's. */
export const releaseTargetsContract = defineContract({
  name: 'ReleaseTargets',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({ ...runFields, state: z.enum(['PUBLISHED', 'FAILED']) }),
  output: z.object({ released: count }),
});
