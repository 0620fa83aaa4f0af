import { z } from 'zod';
import { authorityField, backupIdField, rootField } from './fields.ts';

/** What a step that removes something of a session is told: whose things, and by whose right. */
export const removalInput = z.object({
  contract: z.number(),
  root: rootField,
  sessionId: backupIdField,
  authority: authorityField,
});
export type RemovalInput = z.infer<typeof removalInput>;
