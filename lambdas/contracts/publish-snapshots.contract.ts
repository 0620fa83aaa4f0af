import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Makes the snapshots visible: `.snapshotinfo`, the last of their files. */
export const publishSnapshotsContract = defineContract({
  name: 'PublishSnapshots',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ published: count }),
});
