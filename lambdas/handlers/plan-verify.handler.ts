import { dynamoDbPins } from '../adapters/dynamodb/pins.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planVerifyContract } from '../contracts/plan-verify.contract.ts';
import { planVerify } from '../operations/plan-verify.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planVerifyContract, (environment, clients) =>
  planVerify(
    { objects: s3ObjectStore(clients), pins: dynamoDbPins(clients, environment.TABLE_NAME), clock: clients.clock },
    environment,
  ),
);
export const handler = lambdaHandler(step);
