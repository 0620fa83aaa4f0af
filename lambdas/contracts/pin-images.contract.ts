import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { backupIdField, count } from './fields.ts';
import { runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** I11: the pin first, then a consistent look at every image of the chain. */
export const pinImagesContract = defineContract({
  name: 'PinImages',
  environment: z.object(tableEnvironment),
  input: z.object({ ...runFields, image: backupIdField, purpose: z.enum(['restore', 'verify']) }),
  output: z.object({ images: z.array(backupIdField), expiresAt: count }),
});
