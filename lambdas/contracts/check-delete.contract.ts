import { z } from 'zod';
import { deleteRequestField } from './delete-request.ts';
import { rootsEnvironment, tableEnvironment } from './environments.ts';
import { executionField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** First step of `delete`: what is refused by the records as they are now, before any side effect. */
export const checkDeleteContract = defineContract({
  name: 'CheckDelete',
  environment: z.object({ ...tableEnvironment, ...rootsEnvironment }),
  input: z.object({ contract: z.number(), execution: executionField, input: z.unknown() }),
  output: deleteRequestField.extend({
    /** Nothing is old enough: no session is begun. */
    isNothing: z.boolean(),
  }),
});
