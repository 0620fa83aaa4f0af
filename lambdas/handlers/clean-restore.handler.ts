import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { cleanRestoreContract } from '../contracts/clean-restore.contract.ts';
import { cleanRestore } from '../operations/clean-restore.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(cleanRestoreContract, (environment, clients) =>
  cleanRestore({ objects: s3ObjectStore(clients) }, environment),
);
export const handler = lambdaHandler(step);
