import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { verifyImageFilesContract } from '../contracts/verify-image-files.contract.ts';
import { verifyImageFiles } from '../operations/verify-image-files.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(verifyImageFilesContract, (environment, clients) =>
  verifyImageFiles(
    { objects: s3ObjectStore(clients), pins: dynamoDbPins(clients, environment.TABLE_NAME), clock: clients.clock },
    environment,
  ),
);
export const handler = lambdaHandler(step);
