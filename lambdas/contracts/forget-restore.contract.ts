import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** An abandoned restore leaves the list once nothing of it was found after its last step can have lived. */
export const forgetRestoreContract = defineContract({
  name: 'ForgetRestore',
  environment: z.object(tableEnvironment),
  input: z.object({ ...runFields, target: rootField, checkedAt: count, deleted: count }),
  output: z.object({ decision: z.enum(['DROP', 'KEEP']) }),
});
