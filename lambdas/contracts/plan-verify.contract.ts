import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Checks manifest, lists, snapshots and positions by their digests, and cuts the lists into ranges. */
export const planVerifyContract = defineContract({
  name: 'PlanVerify',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ tables: count, files: count, bytes: count, chunks: count, indexKey: z.string() }),
});
