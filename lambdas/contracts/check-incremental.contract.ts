import { z } from 'zod';
import {
  logsEnvironment,
  regionEnvironment,
  rootsEnvironment,
  sourcesEnvironment,
  tableEnvironment,
} from './environments.ts';
import { executionField, incrementalRequestField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** First step of `incremental-backup`: checks what a person typed, and what each table would follow on, before any side effect. */
export const checkIncrementalContract = defineContract({
  name: 'CheckIncremental',
  environment: z.object({
    ...tableEnvironment,
    ...rootsEnvironment,
    ...sourcesEnvironment,
    ...logsEnvironment,
    ...regionEnvironment,
  }),
  input: z.object({ contract: z.number(), execution: executionField, input: z.unknown() }),
  output: incrementalRequestField,
});
