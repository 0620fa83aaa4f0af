import { z } from 'zod';

/** What a restore found out about visibility tags, which mean labels by their ordinals in `hbase:labels`. */
export const labelCheck = z.discriminatedUnion('decision', [
  /** The source had no labels. */
  z.object({ decision: z.literal('NONE') }),
  /** They mean the same in the target. */
  z.object({ decision: z.literal('SAME') }),
  z.object({ decision: z.literal('UNKNOWN'), reason: z.string() }),
  /** It was told not to look. */
  z.object({ decision: z.literal('IGNORED') }),
]);
export type LabelCheck = z.infer<typeof labelCheck>;
