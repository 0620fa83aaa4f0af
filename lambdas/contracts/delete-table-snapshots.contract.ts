import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { backupIdField, count, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** R6 (3): removes the table snapshots that the session's intents name. */
export const deleteTableSnapshotsContract = defineContract({
  name: 'DeleteTableSnapshots',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, sessionId: backupIdField }),
  output: z.object({ deleted: count }),
});
