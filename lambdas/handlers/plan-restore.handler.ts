import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planRestoreContract } from '../contracts/plan-restore.contract.ts';
import { planRestore } from '../operations/plan-restore.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planRestoreContract, (environment, clients) =>
  planRestore(
    { objects: s3ObjectStore(clients), pins: dynamoDbPins(clients, environment.TABLE_NAME), clock: clients.clock },
    environment,
  ),
);
export const handler = lambdaHandler(step);
