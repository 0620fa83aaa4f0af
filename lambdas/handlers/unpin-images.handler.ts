import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { unpinImagesContract } from '../contracts/unpin-images.contract.ts';
import { unpinImages } from '../operations/unpin-images.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(unpinImagesContract, (environment, clients) =>
  unpinImages({ pins: dynamoDbPins(clients, environment.TABLE_NAME) }),
);
export const handler = lambdaHandler(step);
