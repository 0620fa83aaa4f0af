import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { listAbandonedRestoresContract } from '../contracts/list-abandoned-restores.contract.ts';
import { listAbandonedRestores } from '../operations/list-abandoned-restores.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(listAbandonedRestoresContract, (environment, clients) =>
  listAbandonedRestores(
    {
      targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME),
      executions: sfnExecutions(clients),
      clock: clients.clock,
    },
    environment,
  ),
);
export const handler = lambdaHandler(step);
