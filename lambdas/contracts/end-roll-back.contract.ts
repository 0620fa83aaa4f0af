import { z } from 'zod';
import { stepLifeEnvironment, tableEnvironment } from './environments.ts';
import { executionField, holderFields, reasonField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Flag removed, failure recorded, one clean-up entry: one transaction, when nothing is left to restore (I6). */
export const endRollBackContract = defineContract({
  name: 'EndRollBack',
  environment: z.object({ ...tableEnvironment, ...stepLifeEnvironment }),
  input: z.object({ ...holderFields, execution: executionField, reason: reasonField }),
  output: z.object({ snapshotKey: z.string(), notBefore: z.number() }),
});
