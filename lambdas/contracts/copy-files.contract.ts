import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the copy map: one or more lines of the copy index. Fenced by names alone (I8). */
export const copyFilesContract = defineContract({
  name: 'CopyFiles',
  environment: z.object(workEnvironment),
  input: z.object({
    Items: z.array(z.object({ chunk: count, files: count, bytes: count })).min(1),
    BatchInput: z.object({
      ...holderFields,
      source: z.string(),
      /** Copies at once in this child. */
      concurrency: z.number().int().min(1).max(1_024).default(64),
    }),
  }),
  output: z.object({ files: count, bytes: count }),
});
