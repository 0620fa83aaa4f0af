import { z } from 'zod';
import { logsEnvironment, regionEnvironment, rootsEnvironment, sourcesEnvironment } from './environments.ts';
import { executionField, fullRequestField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** First step of `full-backup`: checks what a person typed, before any side effect. */
export const checkInputContract = defineContract({
  name: 'CheckInput',
  environment: z.object({ ...rootsEnvironment, ...sourcesEnvironment, ...logsEnvironment, ...regionEnvironment }),
  input: z.object({ contract: z.number(), execution: executionField, input: z.unknown() }),
  output: fullRequestField,
});
