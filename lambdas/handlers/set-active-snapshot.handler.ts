import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { setActiveSnapshotContract } from '../contracts/set-active-snapshot.contract.ts';
import { setActiveSnapshot } from '../operations/set-active-snapshot.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(setActiveSnapshotContract, (environment, clients) =>
  setActiveSnapshot({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME) }, environment),
);

export const handler = lambdaHandler(step);
