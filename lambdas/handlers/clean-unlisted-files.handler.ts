import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { cleanUnlistedFilesContract } from '../contracts/clean-unlisted-files.contract.ts';
import { cleanUnlistedFiles } from '../operations/clean-unlisted-files.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(cleanUnlistedFilesContract, (environment, clients) =>
  cleanUnlistedFiles(
    {
      objects: s3ObjectStore(clients),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
