import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ClusterFiles } from '../adapters/hbase/cluster-files.ts';
import { s3Logs } from '../adapters/hbase/log-listing.ts';
import { s3TableSnapshots } from '../adapters/hbase/table-snapshots.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planBackupContract } from '../contracts/plan-backup.contract.ts';
import { planBackup } from '../operations/plan-backup.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planBackupContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return planBackup(
    {
      objects,
      snapshots: s3TableSnapshots(objects, clients.clock),
      logs: s3Logs(objects),
      clusters: s3ClusterFiles(objects),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  );
});

export const handler = lambdaHandler(step);
