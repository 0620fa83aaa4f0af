import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { stopOwnerContract } from '../contracts/stop-owner.contract.ts';
import { stopOwner } from '../operations/stop-owner.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(stopOwnerContract, (environment, clients) =>
  stopOwner({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME), executions: sfnExecutions(clients) }),
);

export const handler = lambdaHandler(step);
