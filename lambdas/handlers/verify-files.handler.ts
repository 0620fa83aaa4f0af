import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { verifyFilesContract } from '../contracts/verify-files.contract.ts';
import { verifyFiles } from '../operations/verify-files.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(verifyFilesContract, (environment, clients) =>
  verifyFiles({ objects: s3ObjectStore(clients), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
