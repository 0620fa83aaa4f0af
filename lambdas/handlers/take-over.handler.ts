import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { takeOverContract } from '../contracts/take-over.contract.ts';
import { takeOver } from '../operations/take-over.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(takeOverContract, (environment, clients) =>
  takeOver(
    {
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
