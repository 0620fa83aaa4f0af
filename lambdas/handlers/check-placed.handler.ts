import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { checkPlacedContract } from '../contracts/check-placed.contract.ts';
import { checkPlaced } from '../operations/check-placed.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkPlacedContract, (environment, clients) =>
  checkPlaced(
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
