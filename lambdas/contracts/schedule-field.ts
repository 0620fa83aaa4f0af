import { z } from 'zod';

/** Of an execution that a schedule started: which, and for what time; absent or null: somebody else started it. */
export const scheduleField = z.strictObject({ arn: z.string(), time: z.string() }).nullish();
