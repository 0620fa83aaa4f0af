import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { placeFilesContract } from '../contracts/place-files.contract.ts';
import { placeFiles } from '../operations/place-files.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(placeFilesContract, (environment, clients) =>
  placeFiles(
    { objects: s3ObjectStore(clients), pins: dynamoDbPins(clients, environment.TABLE_NAME), clock: clients.clock },
    environment,
  ),
);
export const handler = lambdaHandler(step);
