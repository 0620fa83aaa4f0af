import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { removalInput } from './removal-fields.ts';
import { defineContract } from './step-contract.ts';

/** The clean-up's last act on a prefix: the marker goes once nothing else is there and nobody can write there any more. */
export const removeVoidMarkerContract = defineContract({
  name: 'RemoveVoidMarker',
  environment: z.object(tableEnvironment),
  input: removalInput,
  output: z.object({
    /** NOT_EMPTY: something was written since; clean again. TOO_EARLY: a step in flight may still write there. */
    decision: z.enum(['REMOVED', 'NOT_EMPTY', 'TOO_EARLY']),
    reason: z.string(),
  }),
});
