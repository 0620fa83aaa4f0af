import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planDeleteContract } from '../contracts/plan-delete.contract.ts';
import { planDelete } from '../operations/plan-delete.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planDeleteContract, (environment, clients) =>
  planDelete(
    {
      objects: s3ObjectStore(clients),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
