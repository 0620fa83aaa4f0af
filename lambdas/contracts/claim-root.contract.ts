import { z } from 'zod';
import { tableArnEnvironment } from './environments.ts';
import { rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** The root marker and the bucket's registry: this table owns the root, or becomes its owner now. */
export const claimRootContract = defineContract({
  name: 'ClaimRoot',
  environment: z.object(tableArnEnvironment),
  input: z.object({ contract: z.number(), root: rootField }),
  output: z.object({ claimed: z.boolean() }),
});
