import { z } from 'zod';
import { tableEnvironment, workEnvironment } from './environments.ts';
import { count } from './fields.ts';
import { runInput } from './run-fields.ts';
import { defineContract } from './step-contract.ts';

/** Puts `data.manifest` into the final directories: the cleaner of the target's cluster pauses until publishing. */
export const pauseCleanersContract = defineContract({
  name: 'PauseCleaners',
  environment: z.object({ ...tableEnvironment, ...workEnvironment }),
  input: runInput,
  output: z.object({ paused: count }),
});
