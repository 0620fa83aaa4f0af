import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { restoreSystemTableContract } from '../contracts/restore-system-table.contract.ts';
import { restoreSystemTable } from '../operations/restore-system-table.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(restoreSystemTableContract, (environment, clients) =>
  restoreSystemTable(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), objects: s3ObjectStore(clients) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
