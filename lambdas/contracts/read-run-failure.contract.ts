import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { reasonField } from './fields.ts';
import { runErrorField, runFields } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** First state after a Catch of `restore` and `verify`: why did it fail, in words of the domain? */
export const readRunFailureContract = defineContract({
  name: 'ReadRunFailure',
  environment: z.object(workEnvironment),
  input: z.object({ ...runFields, error: runErrorField }),
  output: z.object({ reason: reasonField }),
});
