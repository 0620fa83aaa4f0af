import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count, digestField, holderFields } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Writes the file lists, the positions and, last and once, the manifest (I1). */
export const sealManifestContract = defineContract({
  name: 'SealManifest',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object(holderFields),
  output: z.object({
    manifestSha256: digestField,
    files: count,
    bytes: count,
    newFiles: count,
    newBytes: count,
    holders: z.array(z.string()),
    positionFrom: count,
    positionTo: count,
  }),
});
