import { placeFilesContract } from '../contracts/place-files.contract.ts';
import { placeFiles } from '../operations/place-files.ts';
import { lambdaHandler } from './compose.ts';
import { runPorts } from './run-ports.ts';
import { defineStep } from './step.ts';

export const step = defineStep(placeFilesContract, (environment, clients) =>
  placeFiles(runPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
