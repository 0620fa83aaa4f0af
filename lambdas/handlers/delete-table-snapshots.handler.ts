import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { noCluster } from '../adapters/hbase/no-cluster.ts';
import { deleteTableSnapshotsContract } from '../contracts/delete-table-snapshots.contract.ts';
import { deleteTableSnapshots } from '../operations/delete-table-snapshots.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(deleteTableSnapshotsContract, (environment, clients) =>
  deleteTableSnapshots({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME), cluster: noCluster }),
);

export const handler = lambdaHandler(step);
