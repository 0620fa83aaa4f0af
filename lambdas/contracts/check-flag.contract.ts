import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { executionField, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** R7: is the root's flag set, and does its owner live? */
export const checkFlagContract = defineContract({
  name: 'CheckFlag',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, execution: executionField }),
  output: z.object({}),
});
