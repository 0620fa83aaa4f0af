import { z } from 'zod';
import { executionField, rootField } from './fields.ts';

/** Who a step of a restore or verification works for. Everything else is in the request in the work bucket. */
export const runFields = {
  contract: z.number(),
  root: rootField,
  /** `r…` of a restore, `v…` of a verification: made of the execution's ARN. */
  run: z.string().regex(/^[rv][0-9a-f]{20}$/),
};

export const runInput = z.object(runFields);
export type RunInput = z.infer<typeof runInput>;

/** What the first step of a machine gets: the execution and its input as typed. */
export const firstInput = z.object({ contract: z.number(), execution: executionField, input: z.unknown() });

export const runErrorField = z.object({ Error: z.string().optional(), Cause: z.string().optional() });
