import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { count, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the map over logs: lines of `wal-index.jsonl`. What it splits them into is in the plan's header. Fenced by names alone (I8). */
export const splitWalsContract = defineContract({
  name: 'SplitWals',
  environment: z.object(workEnvironment),
  input: z.object({
    /** First and last number of the child's logs. */
    Items: z.array(z.object({ part: count, wals: z.tuple([count, count]), bytes: count })).min(1),
    BatchInput: z.object({ ...holderFields, source: z.string(), wals: z.string() }),
  }),
  output: z.object({ wals: count, cells: count }),
});
