import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** Puts the SHELL marker over a sealed manifest, If-Match, before bytes go that it lists (I1, I7). Deletes nothing. */
export const markShellContract = defineContract({
  name: 'MarkShell',
  environment: z.object(tableEnvironment),
  input: removalInput,
  output: z.object({ decision: z.enum(['MARKED', 'NOT_SEALED']) }),
});
