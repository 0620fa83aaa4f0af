import { sfnExecutions } from '../adapters/stepfunctions/executions.ts';
import { claimTargetsContract } from '../contracts/claim-targets.contract.ts';
import { claimTargets } from '../operations/claim-targets.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';
import { targetPorts } from './target-ports.ts';

export const step = defineStep(claimTargetsContract, (environment, clients) =>
  claimTargets({ ...targetPorts(clients, environment), executions: sfnExecutions(clients) }, environment),
);
export const handler = lambdaHandler(step);
