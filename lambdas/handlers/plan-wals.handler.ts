import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3Logs } from '../adapters/hbase/log-listing.ts';
import { s3SourceTables } from '../adapters/hbase/source-schema.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planWalsContract } from '../contracts/plan-wals.contract.ts';
import { planWals } from '../operations/plan-wals.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planWalsContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return planWals(
    {
      objects,
      logs: s3Logs(objects),
      sourceTables: s3SourceTables(objects),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  );
});

export const handler = lambdaHandler(step);
