import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { endRollBackContract } from '../contracts/end-roll-back.contract.ts';
import { endRollBack } from '../operations/end-roll-back.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(endRollBackContract, (environment, clients) =>
  endRollBack({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
