import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { mergeRunsContract } from '../contracts/merge-runs.contract.ts';
import { mergeRuns } from '../operations/merge-runs.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(mergeRunsContract, (environment, clients) =>
  mergeRuns({ objects: s3ObjectStore(clients), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
