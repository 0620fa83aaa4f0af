import { planRestoreContract } from '../contracts/plan-restore.contract.ts';
import { planRestore } from '../operations/plan-restore.ts';
import { lambdaHandler } from './compose.ts';
import { runPorts } from './run-ports.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planRestoreContract, (environment, clients) =>
  planRestore(runPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
