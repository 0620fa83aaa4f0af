import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { checkCleanUpEntryContract } from '../contracts/check-clean-up-entry.contract.ts';
import { checkCleanUpEntry } from '../operations/check-clean-up-entry.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkCleanUpEntryContract, (environment, clients) =>
  checkCleanUpEntry({
    cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
    pins: dynamoDbPins(clients, environment.TABLE_NAME),
    objects: s3ObjectStore(clients),
    clock: clients.clock,
  }),
);

export const handler = lambdaHandler(step);
