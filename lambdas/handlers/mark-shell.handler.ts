import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { markShellContract } from '../contracts/mark-shell.contract.ts';
import { markShell } from '../operations/mark-shell.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(markShellContract, (environment, clients) =>
  markShell({
    objects: s3ObjectStore(clients),
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
  }),
);

export const handler = lambdaHandler(step);
