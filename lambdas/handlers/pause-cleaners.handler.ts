import { pauseCleanersContract } from '../contracts/pause-cleaners.contract.ts';
import { pauseCleaners } from '../operations/pause-cleaners.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';
import { targetPorts } from './target-ports.ts';

export const step = defineStep(pauseCleanersContract, (environment, clients) =>
  pauseCleaners(targetPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
