import { holdOffCleanersContract } from '../contracts/hold-off-cleaners.contract.ts';
import { holdOffCleaners } from '../operations/hold-off-cleaners.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';
import { targetPorts } from './target-ports.ts';

export const step = defineStep(holdOffCleanersContract, (environment, clients) =>
  holdOffCleaners(targetPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
