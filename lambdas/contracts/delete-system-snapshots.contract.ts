import { z } from 'zod';
import { systemEnvironment, tableEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Removes system snapshots by name. Never the one that the flag names. */
export const deleteSystemSnapshotsContract = defineContract({
  name: 'DeleteSystemSnapshots',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment }),
  input: z.object({ contract: z.number(), root: rootField, keys: z.array(z.string()).max(1_000) }),
  output: z.object({ deleted: count }),
});
