import { z } from 'zod';
import { systemEnvironment, tableEnvironment, workEnvironment } from './environments.ts';
import { count, executionField, holderFields, incrementalRequestField, snapshotRefField } from './fields.ts';
import { defineContract } from './step-contract.ts';

/** Of an increment from logs: which logs it reads and up to which moment, as data in the work bucket, made from the system snapshot and one listing. */
export const planWalsContract = defineContract({
  name: 'PlanWals',
  environment: z.object({ ...tableEnvironment, ...systemEnvironment, ...workEnvironment }),
  input: z.object({
    ...holderFields,
    execution: executionField,
    /** Epoch ms: start of the session, as the flag has it. */
    startedAt: count,
    request: incrementalRequestField,
    snapshot: snapshotRefField,
  }),
  output: z.object({
    tables: count,
    logs: count,
    bytes: count,
    /** T, epoch ms. */
    boundary: count,
    /** Key in the work bucket: one line a child of the map. No bytes if there is no log to read. */
    indexKey: z.string(),
  }),
});
