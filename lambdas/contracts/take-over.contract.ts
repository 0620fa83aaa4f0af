import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment } from './environments.ts';
import { backupIdField, count, executionField, reasonField, rootField, snapshotRefField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** The transaction that a roll-back or a repair begins with. Run id = the execution's ARN. */
export const takeOverContract = defineContract({
  name: 'TakeOver',
  environment: z.object({ ...tableEnvironment, ...stepLifeEnvironment }),
  input: z.object({
    contract: z.number(),
    root: rootField,
    execution: executionField,
    sessionId: backupIdField.nullable(),
    /** The epoch that a repair read; absent in a Catch, which takes over its own session only. */
    epoch: count.optional(),
  }),
  output: z.discriminatedUnion('decision', [
    z.object({ decision: z.literal('TAKEN'), sessionId: backupIdField, epoch: count, snapshot: snapshotRefField }),
    /** The session was committed: success, report it. */
    z.object({ decision: z.literal('COMMITTED'), sessionId: backupIdField, summary: z.unknown() }),
    /** It is rolled back already. */
    z.object({ decision: z.literal('ROLLED_BACK'), sessionId: backupIdField, reason: reasonField.optional() }),
    /** The flag was never set by this execution: nothing to undo. */
    z.object({ decision: z.literal('NOT_BEGUN') }),
    /** Another run holds the session. */
    z.object({ decision: z.literal('SUPERSEDED'), runId: z.string() }),
  ]),
});
