import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { releaseTargetsContract } from '../contracts/release-targets.contract.ts';
import { releaseTargets } from '../operations/release-targets.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(releaseTargetsContract, (environment, clients) =>
  releaseTargets(
    {
      targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);
export const handler = lambdaHandler(step);
