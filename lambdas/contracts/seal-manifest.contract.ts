import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { holderFields, sealedField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Writes the file lists, the positions and, last and once, the manifest (I1). */
export const sealManifestContract = defineContract({
  name: 'SealManifest',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object(holderFields),
  output: sealedField,
});
