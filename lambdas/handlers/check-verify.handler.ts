import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { checkVerifyContract } from '../contracts/check-verify.contract.ts';
import { checkVerify } from '../operations/check-verify.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkVerifyContract, (environment, clients) =>
  checkVerify(
    { objects: s3ObjectStore(clients), table: dynamoDbSystemTable(clients, environment.TABLE_NAME) },
    environment,
  ),
);
export const handler = lambdaHandler(step);
