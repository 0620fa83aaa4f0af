import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { dryRunDeleteContract } from '../contracts/dry-run-delete.contract.ts';
import { dryRunDelete } from '../operations/dry-run-delete.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(dryRunDeleteContract, (environment, clients) =>
  dryRunDelete({
    objects: s3ObjectStore(clients),
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    clock: clients.clock,
  }),
);

export const handler = lambdaHandler(step);
