import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the map over chunks of what is merged: one HFile of each target region and family. Fenced by names alone (I8). */
export const mergeRunsContract = defineContract({
  name: 'MergeRuns',
  environment: z.object(workEnvironment),
  input: z.object({
    Items: z.array(z.object({ chunk: count, tasks: count, bytes: count })).min(1),
    BatchInput: z.object({ ...holderFields, source: z.string() }),
  }),
  output: z.object({ files: count, bytes: count }),
});
