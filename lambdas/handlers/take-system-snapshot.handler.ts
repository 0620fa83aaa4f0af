import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { takeSystemSnapshotContract } from '../contracts/take-system-snapshot.contract.ts';
import { takeSystemSnapshot } from '../operations/take-system-snapshot.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(takeSystemSnapshotContract, (environment, clients) =>
  takeSystemSnapshot(
    { table: dynamoDbSystemTable(clients, environment.TABLE_NAME), objects: s3ObjectStore(clients), ids: clients.ids },
    environment,
  ),
);

export const handler = lambdaHandler(step);
