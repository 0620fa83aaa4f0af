import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { backupIdField, executionField, rootField } from './fields.ts';
import { scheduleField } from './schedule-field.ts';
import { defineContract } from './step-contract.ts';

/** R7: is the root's flag set, and does its owner live? And was this start of a schedule made already? */
export const checkFlagContract = defineContract({
  name: 'CheckFlag',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, execution: executionField, schedule: scheduleField }),
  output: z.discriminatedUnion('decision', [
    z.object({ decision: z.literal('BEGIN') }),
    /** The scheduler delivered one start twice: the session and the execution of the other delivery. */
    z.object({ decision: z.literal('SKIPPED'), sessionId: backupIdField, executionArn: z.string() }),
  ]),
});
