import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** Puts the VOID marker at a manifest's key, before the data goes (I1, I7). May put there only, and delete nothing. */
export const voidManifestContract = defineContract({
  name: 'VoidManifest',
  environment: z.object(tableEnvironment),
  input: removalInput,
  output: z.object({ voided: z.literal(true) }),
});
