import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { cleanTemporaryDataContract } from '../contracts/clean-temporary-data.contract.ts';
import { cleanTemporaryData } from '../operations/clean-temporary-data.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(cleanTemporaryDataContract, (environment, clients) =>
  cleanTemporaryData(
    {
      objects: s3ObjectStore(clients),
      clock: clients.clock,
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
