import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** A child of the place map: copies the files of its chunks below the target's `archive/`. */
export const placeFilesContract = defineContract({
  name: 'PlaceFiles',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: z.object({
    BatchInput: runInput,
    Items: z.array(z.object({ chunk: count, table: count, files: count, bytes: count })),
  }),
  output: z.object({ files: count }),
});
