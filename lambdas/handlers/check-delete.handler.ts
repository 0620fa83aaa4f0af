import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { checkDeleteContract } from '../contracts/check-delete.contract.ts';
import { checkDelete } from '../operations/check-delete.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkDeleteContract, (environment, clients) =>
  checkDelete(
    {
      objects: s3ObjectStore(clients),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
