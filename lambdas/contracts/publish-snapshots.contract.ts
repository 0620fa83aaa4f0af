import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Makes the snapshots visible, `.snapshotinfo` last. */
export const publishSnapshotsContract = defineContract({
  name: 'PublishSnapshots',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({
    /** HOLD_LOST: a starting master wiped the hold; it was put again, and the target must be listed again first. */
    decision: z.enum(['PUBLISHED', 'HOLD_LOST']),
    published: count,
  }),
});
