import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the verify map: ranges of the destination's keys, which together are all of them (R9, I1). */
export const verifyFilesContract = defineContract({
  name: 'VerifyFiles',
  environment: z.object(workEnvironment),
  input: z.object({
    Items: z
      .array(z.object({ range: count, chunks: z.tuple([count, count]).optional(), files: count, isLast: z.boolean() }))
      .min(1),
    BatchInput: z.object({ ...holderFields, source: z.string() }),
  }),
  output: z.object({
    /** Copied and listed files that were found as planned. */
    files: count,
  }),
});
