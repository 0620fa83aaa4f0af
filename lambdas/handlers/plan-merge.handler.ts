import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planMergeContract } from '../contracts/plan-merge.contract.ts';
import { planMerge } from '../operations/plan-merge.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planMergeContract, (environment, clients) =>
  planMerge(
    { objects: s3ObjectStore(clients), table: dynamoDbSystemTable(clients, environment.TABLE_NAME) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
