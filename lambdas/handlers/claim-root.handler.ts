import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { claimRootContract } from '../contracts/claim-root.contract.ts';
import { claimRoot } from '../operations/claim-root.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(claimRootContract, (environment, clients) =>
  claimRoot({ objects: s3ObjectStore(clients), clock: clients.clock, ids: clients.ids }, environment),
);

export const handler = lambdaHandler(step);
