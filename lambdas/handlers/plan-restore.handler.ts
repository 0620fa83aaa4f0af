import { s3SourceTables } from '../adapters/hbase/source-schema.ts';
import { planRestoreContract } from '../contracts/plan-restore.contract.ts';
import { planRestore } from '../operations/plan-restore.ts';
import { lambdaHandler } from './compose.ts';
import { runPorts } from './run-ports.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planRestoreContract, (environment, clients) => {
  const ports = runPorts(clients, environment);
  return planRestore({ ...ports, tables: s3SourceTables(ports.objects) }, environment);
});
export const handler = lambdaHandler(step);
