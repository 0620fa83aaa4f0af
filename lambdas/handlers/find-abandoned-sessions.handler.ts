import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { embeddedMetrics } from '../adapters/embedded-metrics.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { findAbandonedSessionsContract } from '../contracts/find-abandoned-sessions.contract.ts';
import { findAbandonedSessions } from '../operations/find-abandoned-sessions.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(findAbandonedSessionsContract, (environment, clients) =>
  findAbandonedSessions(
    {
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      executions: sfnExecutions(clients),
      metrics: embeddedMetrics(clients),
      clock: clients.clock,
    },
    environment,
  ),
);

export const handler = lambdaHandler(step);
