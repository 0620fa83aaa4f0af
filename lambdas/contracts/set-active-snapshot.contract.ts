import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { backupIdField, count, executionField, rootField, snapshotRefField } from './fields.ts';
import { scheduleField } from './schedule-field.ts';
import { defineContract } from './step-contract.ts';

/** R5, second half: the flag, the next epoch, the session's claim on its id, its intents: one transaction. */
export const setActiveSnapshotContract = defineContract({
  name: 'SetActiveSnapshot',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({
    contract: z.number(),
    root: rootField,
    operation: z.string(),
    tables: z.array(z.string()).nullable(),
    execution: executionField,
    sessionId: backupIdField,
    version: count,
    epoch: count,
    snapshot: snapshotRefField,
    schedule: scheduleField,
  }),
  output: z.discriminatedUnion('outcome', [
    z.object({ outcome: z.literal('BEGUN'), sessionId: backupIdField, epoch: count, startedAt: count }),
    /** Surely lost: the own snapshot may be deleted. */
    z.object({ outcome: z.literal('LOST') }),
  ]),
});
