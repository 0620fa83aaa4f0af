import { z } from 'zod';
import { rootsEnvironment, tableEnvironment } from './environments.ts';
import { backupIdField, count, executionField, reasonField, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** R8: reads the last failed session. `repair` never guesses: it starts from the control item. */
export const findFailedSessionContract = defineContract({
  name: 'FindFailedSession',
  environment: z.object({ ...tableEnvironment, ...rootsEnvironment }),
  input: z.object({ contract: z.number(), execution: executionField, input: z.unknown() }),
  output: z.discriminatedUnion('decision', [
    z.object({
      decision: z.literal('NO_FLAG'),
      root: rootField,
      /** The newest session and how it ended. */
      lastSession: z.object({ id: backupIdField, state: z.string(), reason: reasonField.optional() }).nullable(),
    }),
    z.object({ decision: z.literal('STOP_OWNER'), root: rootField, ownerArn: z.string(), sessionId: backupIdField }),
    z.object({
      decision: z.literal('REPAIR'),
      root: rootField,
      sessionId: backupIdField,
      epoch: count,
      operation: z.string(),
      /** What is known of the owner's end; recorded as the session's reason. */
      reason: reasonField,
    }),
  ]),
});
