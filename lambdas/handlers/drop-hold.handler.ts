import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { dropHoldContract } from '../contracts/drop-hold.contract.ts';
import { dropHold } from '../operations/drop-hold.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(dropHoldContract, (environment, clients) =>
  dropHold({ objects: s3ObjectStore(clients) }, environment),
);
export const handler = lambdaHandler(step);
