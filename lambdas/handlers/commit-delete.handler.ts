import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { commitDeleteContract } from '../contracts/commit-delete.contract.ts';
import { commitDelete } from '../operations/commit-delete.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(commitDeleteContract, (environment, clients) =>
  commitDelete(
    {
      objects: s3ObjectStore(clients),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
