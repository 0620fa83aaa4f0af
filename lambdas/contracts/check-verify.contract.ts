import { z } from 'zod';
import { rootsEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { backupIdField, count, rootField } from './fields.ts';
import { firstInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** First step of `verify`: checks what a person typed, and settles which image is meant. */
export const checkVerifyContract = defineContract({
  name: 'CheckVerify',
  environment: z.object({ ...tableEnvironment, ...workEnvironment, ...rootsEnvironment }),
  input: firstInput,
  output: z.object({ root: rootField, run: z.string(), image: backupIdField, concurrency: count }),
});
