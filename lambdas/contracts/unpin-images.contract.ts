import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** The lease on the images ends; the cleaner may have them again. */
export const unpinImagesContract = defineContract({
  name: 'UnpinImages',
  environment: z.object(tableEnvironment),
  input: runInput,
  output: z.object({}),
});
