import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** After publishing: the snapshots protect their files themselves, the hold in `.tmp` goes. */
export const dropHoldContract = defineContract({
  name: 'DropHold',
  environment: z.object(workEnvironment),
  input: runInput,
  output: z.object({ deleted: count }),
});
