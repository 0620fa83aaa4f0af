import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { summarizeRestoreContract } from '../contracts/summarize-restore.contract.ts';
import { summarizeRestore } from '../operations/summarize-restore.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(summarizeRestoreContract, (environment, clients) =>
  summarizeRestore({ objects: s3ObjectStore(clients) }, environment),
);
export const handler = lambdaHandler(step);
