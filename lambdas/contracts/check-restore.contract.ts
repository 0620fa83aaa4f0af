import { z } from 'zod';
import { rootsEnvironment, tableEnvironment, targetsEnvironment, workEnvironment } from './environments.ts';
import { backupIdField, count, rootField } from './fields.ts';
import { firstInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** First step of `restore`: checks what a person typed and the root's flag (R7), settles which image is meant. */
export const checkRestoreContract = defineContract({
  name: 'CheckRestore',
  environment: z.object({ ...tableEnvironment, ...workEnvironment, ...rootsEnvironment, ...targetsEnvironment }),
  input: firstInput,
  output: z.object({
    root: rootField,
    run: z.string(),
    image: backupIdField,
    target: rootField,
    /** `--check` or `--dry-run`: the target is not touched. */
    readOnly: z.boolean(),
    concurrency: count,
  }),
});
