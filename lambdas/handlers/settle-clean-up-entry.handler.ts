import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { settleCleanUpEntryContract } from '../contracts/settle-clean-up-entry.contract.ts';
import { settleCleanUpEntry } from '../operations/settle-clean-up-entry.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(settleCleanUpEntryContract, (environment, clients) =>
  settleCleanUpEntry({ cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME), clock: clients.clock }),
);

export const handler = lambdaHandler(step);
