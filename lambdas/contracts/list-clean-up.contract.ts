import { z } from 'zod';
import { rootsEnvironment, tableEnvironment } from './environments.ts';
import { backupIdField, rootField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** What is on the clean-up lists: of one root, or of all configured ones. At most 200 a run. Pins of killed runs go a day after their end. */
export const listCleanUpContract = defineContract({
  name: 'ListCleanUp',
  environment: z.object({ ...tableEnvironment, ...rootsEnvironment }),
  input: z.object({ contract: z.number(), input: z.unknown() }),
  output: z.object({
    entries: z.array(
      z.object({
        root: rootField,
        entryId: z.string(),
        sessionId: backupIdField,
        outcome: z.enum(['COMMITTED', 'ROLLED_BACK', 'DELETED', 'SHELL']),
      }),
    ),
  }),
});
