import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3Logs } from '../adapters/hbase/log-listing.ts';
import { s3SourceTables } from '../adapters/hbase/source-schema.ts';
import { s3TableSnapshots } from '../adapters/hbase/table-snapshots.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { dryRunBackupContract } from '../contracts/dry-run-backup.contract.ts';
import { dryRunBackup } from '../operations/dry-run-backup.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(dryRunBackupContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return dryRunBackup({
    objects,
    logs: s3Logs(objects),
    sourceTables: s3SourceTables(objects),
    clock: clients.clock,
    snapshots: s3TableSnapshots(objects, clients.clock),
    table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
  });
});

export const handler = lambdaHandler(step);
