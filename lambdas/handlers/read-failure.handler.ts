import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { readFailureContract } from '../contracts/read-failure.contract.ts';
import { readFailure } from '../operations/read-failure.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(readFailureContract, (environment, clients) =>
  readFailure(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), objects: s3ObjectStore(clients) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
