import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ClusterFiles } from '../adapters/hbase/cluster-files.ts';
import { s3TableSnapshots } from '../adapters/hbase/table-snapshots.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { planIncrementContract } from '../contracts/plan-increment.contract.ts';
import { planIncrement } from '../operations/plan-increment.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planIncrementContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return planIncrement(
    {
      objects,
      snapshots: s3TableSnapshots(objects, clients.clock),
      clusters: s3ClusterFiles(objects),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      clock: clients.clock,
    },
    environment,
  );
});

export const handler = lambdaHandler(step);
