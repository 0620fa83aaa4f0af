import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { cleanDestinationContract } from '../contracts/clean-destination.contract.ts';
import { cleanDestination } from '../operations/clean-destination.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(cleanDestinationContract, (environment, clients) =>
  cleanDestination({
    objects: s3ObjectStore(clients),
    clock: clients.clock,
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
  }),
);

export const handler = lambdaHandler(step);
