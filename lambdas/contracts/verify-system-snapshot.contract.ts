import { z } from 'zod';
import { systemEnvironment, tableEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** The system snapshot is read and verified before anything is destroyed. */
export const verifySystemSnapshotContract = defineContract({
  name: 'VerifySystemSnapshot',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment }),
  input: z.object(holderFields),
  output: z.object({ items: count }),
});
