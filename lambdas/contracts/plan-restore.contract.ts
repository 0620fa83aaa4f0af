import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Reads and verifies the chain, and writes what is to be placed. Touches no target. */
export const planRestoreContract = defineContract({
  name: 'PlanRestore',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ tables: count, files: count, bytes: count, chunks: count, indexKey: z.string() }),
});
