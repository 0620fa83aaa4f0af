import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { deleteSystemSnapshotsContract } from '../contracts/delete-system-snapshots.contract.ts';
import { deleteSystemSnapshots } from '../operations/delete-system-snapshots.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(deleteSystemSnapshotsContract, (environment, clients) =>
  deleteSystemSnapshots(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), objects: s3ObjectStore(clients) },
    environment,
  ),
);

export const handler = lambdaHandler(step);
