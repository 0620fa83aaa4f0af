import { z } from 'zod';
import { workEnvironment } from './environments.ts';
import { backupIdField, count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';
import { verifyMode } from './verify-request.ts';

/** Adds up what the children found: a summary, or VerificationFailed. */
export const endVerifyContract = defineContract({
  name: 'EndVerify',
  environment: z.object(workEnvironment),
  input: runInput,
  output: z.object({
    verifyId: z.string(),
    image: backupIdField,
    mode: verifyMode,
    seed: z.string(),
    sample: z.number(),
    tables: count,
    /** Listed and compared. */
    files: count,
    bytes: count,
    /** Asked for their checksum, and read whole. */
    checksums: count,
    read: count,
    readBytes: count,
  }),
});
