import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { readRunFailureContract } from '../contracts/read-run-failure.contract.ts';
import { readRunFailure } from '../operations/read-run-failure.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(readRunFailureContract, (environment, clients) =>
  readRunFailure({ objects: s3ObjectStore(clients) }, environment),
);
export const handler = lambdaHandler(step);
