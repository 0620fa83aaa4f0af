import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { backupIdField, executionField, reasonField, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** First state after a Catch: which session is this execution's, and why did it fail? */
export const readFailureContract = defineContract({
  name: 'ReadFailure',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({
    contract: z.number(),
    root: rootField,
    execution: executionField,
    error: z.object({ Error: z.string().optional(), Cause: z.string().optional() }),
  }),
  output: z.object({ sessionId: backupIdField.nullable(), reason: reasonField }),
});
