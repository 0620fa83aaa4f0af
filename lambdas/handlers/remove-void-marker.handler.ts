import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { removeVoidMarkerContract } from '../contracts/remove-void-marker.contract.ts';
import { removeVoidMarker } from '../operations/remove-void-marker.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(removeVoidMarkerContract, (environment, clients) =>
  removeVoidMarker({
    objects: s3ObjectStore(clients),
    clock: clients.clock,
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
  }),
);

export const handler = lambdaHandler(step);
