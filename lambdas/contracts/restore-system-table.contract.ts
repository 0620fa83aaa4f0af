import { z } from 'zod';
import { systemEnvironment, tableEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** R6 (4): the root's items become what the system snapshot holds, item for item, by difference (I4). */
export const restoreSystemTableContract = defineContract({
  name: 'RestoreSystemTable',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment }),
  input: z.object(holderFields),
  output: z.object({ items: count, put: count, removed: count }),
});
