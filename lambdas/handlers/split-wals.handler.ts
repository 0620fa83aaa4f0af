import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { splitWalsContract } from '../contracts/split-wals.contract.ts';
import { splitWals } from '../operations/split-wals.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(splitWalsContract, (environment, clients) =>
  splitWals({ objects: s3ObjectStore(clients), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
