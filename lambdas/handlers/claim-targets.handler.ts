import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { claimTargetsContract } from '../contracts/claim-targets.contract.ts';
import { claimTargets } from '../operations/claim-targets.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(claimTargetsContract, (environment, clients) =>
  claimTargets(
    {
      objects: s3ObjectStore(clients),
      pins: dynamoDbPins(clients, environment.TABLE_NAME),
      targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME),
      executions: sfnExecutions(clients),
      clock: clients.clock,
    },
    environment,
  ),
);
export const handler = lambdaHandler(step);
