import { dynamoDbCleanUpList } from '../adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { forgetImageContract } from '../contracts/forget-image.contract.ts';
import { forgetImage } from '../operations/forget-image.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(forgetImageContract, (environment, clients) =>
  forgetImage({
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
    cleanUp: dynamoDbCleanUpList(clients, environment.TABLE_NAME),
  }),
);

export const handler = lambdaHandler(step);
