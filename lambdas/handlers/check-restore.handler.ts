import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { s3ClusterFiles } from '../adapters/hbase/cluster-files.ts';
import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { checkRestoreContract } from '../contracts/check-restore.contract.ts';
import { checkRestore } from '../operations/check-restore.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(checkRestoreContract, (environment, clients) => {
  const objects = s3ObjectStore(clients);
  return checkRestore(
    {
      objects,
      clusters: s3ClusterFiles(objects),
      table: dynamoDbSystemTable(clients, environment.TABLE_NAME),
      executions: sfnExecutions(clients),
    },
    environment,
  );
});
export const handler = lambdaHandler(step);
