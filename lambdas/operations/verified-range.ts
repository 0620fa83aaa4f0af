import { z } from 'zod';
import { count } from '../contracts/fields.ts';

/** What a child of the verify map leaves in the work bucket: how much it looked at and what is wrong. */
export const verifiedRange = z.object({
  files: count,
  bytes: count,
  checksums: count,
  read: count,
  readBytes: count,
  findings: z.array(z.object({ path: z.string(), holder: z.string(), finding: z.string() })),
});
export type VerifiedRange = z.infer<typeof verifiedRange>;
