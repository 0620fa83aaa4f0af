import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { copyFilesContract } from '../contracts/copy-files.contract.ts';
import { copyFiles } from '../operations/copy-files.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(copyFilesContract, (environment, clients) =>
  copyFiles({ objects: s3ObjectStore(clients), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
