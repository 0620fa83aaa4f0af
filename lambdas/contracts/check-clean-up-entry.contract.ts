import { z } from 'zod';
import { tableEnvironment } from './environments.ts';
import { count, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** May this entry be worked off now? Pins are read after the entry, so after the commit that made it (I11). */
export const checkCleanUpEntryContract = defineContract({
  name: 'CheckCleanUpEntry',
  environment: z.object(tableEnvironment),
  input: z.object({ contract: z.number(), root: rootField, entryId: z.string() }),
  output: z.object({
    /** WAIT: emptied already, and a step in flight could still write there; or something else goes first. */
    decision: z.enum(['CLEAN', 'WAIT', 'PINNED', 'GONE']),
    reason: z.string(),
    /** Whether a whole prefix goes; otherwise temporary data and table snapshots only, or of a SHELL what is not listed. */
    destination: z.boolean(),
    /** When this pass began, epoch ms. */
    checkedAt: count,
  }),
});
