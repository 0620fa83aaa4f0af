import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { takeOverContract } from '../contracts/take-over.contract.ts';
import { takeOver } from '../operations/take-over.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(takeOverContract, (environment, clients) =>
  takeOver({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME) }),
);

export const handler = lambdaHandler(step);
