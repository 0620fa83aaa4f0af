import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { pauseCleanersContract } from '../contracts/pause-cleaners.contract.ts';
import { pauseCleaners } from '../operations/pause-cleaners.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(pauseCleanersContract, (environment, clients) =>
  pauseCleaners(
    {
      objects: s3ObjectStore(clients),
      pins: dynamoDbPins(clients, environment.TABLE_NAME),
      targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  ),
);
export const handler = lambdaHandler(step);
