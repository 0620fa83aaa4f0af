import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { checkFlagContract } from '../contracts/check-flag.contract.ts';
import { checkFlag } from '../operations/check-flag.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkFlagContract, (environment, clients) =>
  checkFlag({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME), executions: sfnExecutions(clients) }),
);

export const handler = lambdaHandler(step);
