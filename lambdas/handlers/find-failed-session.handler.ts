import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { findFailedSessionContract } from '../contracts/find-failed-session.contract.ts';
import { findFailedSession } from '../operations/find-failed-session.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(findFailedSessionContract, (environment, clients) =>
  findFailedSession(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), executions: sfnExecutions(clients) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
