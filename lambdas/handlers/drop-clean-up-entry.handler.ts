import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dropCleanUpEntryContract } from '../contracts/drop-clean-up-entry.contract.ts';
import { dropCleanUpEntry } from '../operations/drop-clean-up-entry.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(dropCleanUpEntryContract, (environment, clients) =>
  dropCleanUpEntry({ cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME) }),
);

export const handler = lambdaHandler(step);
