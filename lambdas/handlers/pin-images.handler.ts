import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { pinImagesContract } from '../contracts/pin-images.contract.ts';
import { pinImages } from '../operations/pin-images.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(pinImagesContract, (environment, clients) =>
  pinImages({
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    pins: dynamoDbPins(clients, environment.TABLE_NAME),
    clock: clients.clock,
  }),
);
export const handler = lambdaHandler(step);
