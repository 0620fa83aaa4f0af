import { z } from 'zod';
import { systemEnvironment, tableEnvironment } from './environments.ts';
import { backupIdField, count, executionField, rootField, snapshotRefField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** R5, first half: version read, old snapshots listed, the root's items written to S3 and read back. */
export const takeSystemSnapshotContract = defineContract({
  name: 'TakeSystemSnapshot',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment }),
  input: z.object({ contract: z.number(), root: rootField, execution: executionField }),
  output: z.object({
    sessionId: backupIdField,
    version: count,
    epoch: count,
    snapshot: snapshotRefField,
    /** Older snapshots of the root, listed before the flag is set; at most 100. */
    old: z.array(z.string()),
  }),
});
