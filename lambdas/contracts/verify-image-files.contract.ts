import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the verify map: one range of a table's files against what S3 has. */
export const verifyImageFilesContract = defineContract({
  name: 'VerifyImageFiles',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({
    BatchInput: runInput,
    Items: z.array(z.object({ chunk: count, table: count, files: count, bytes: count })),
  }),
  output: z.object({ files: count, findings: count }),
});
