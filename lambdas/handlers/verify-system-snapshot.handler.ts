import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { verifySystemSnapshotContract } from '../contracts/verify-system-snapshot.contract.ts';
import { verifySystemSnapshot } from '../operations/verify-system-snapshot.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(verifySystemSnapshotContract, (environment, clients) =>
  verifySystemSnapshot(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), objects: s3ObjectStore(clients) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
