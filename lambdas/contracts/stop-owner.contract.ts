import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Stops the execution that holds a root's flag, when a person told so. */
export const stopOwnerContract = defineContract({
  name: 'StopOwner',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, ownerArn: z.string() }),
  output: z.object({ stopped: z.boolean() }),
});
