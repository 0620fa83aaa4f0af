import { planVerifyContract } from '../contracts/plan-verify.contract.ts';
import { planVerify } from '../operations/plan-verify.ts';
import { lambdaHandler } from './compose.ts';
import { runPorts } from './run-ports.ts';
import { defineStep } from './step.ts';

export const step = defineStep(planVerifyContract, (environment, clients) =>
  planVerify(runPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
