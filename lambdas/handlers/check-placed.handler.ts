import { checkPlacedContract } from '../contracts/check-placed.contract.ts';
import { checkPlaced } from '../operations/check-placed.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';
import { targetPorts } from './target-ports.ts';

export const step = defineStep(checkPlacedContract, (environment, clients) =>
  checkPlaced(targetPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
