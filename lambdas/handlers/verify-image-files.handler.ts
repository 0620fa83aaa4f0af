import { verifyImageFilesContract } from '../contracts/verify-image-files.contract.ts';
import { verifyImageFiles } from '../operations/verify-image-files.ts';
import { lambdaHandler } from './compose.ts';
import { runPorts } from './run-ports.ts';
import { defineStep } from './step.ts';

export const step = defineStep(verifyImageFilesContract, (environment, clients) =>
  verifyImageFiles(runPorts(clients, environment), environment),
);
export const handler = lambdaHandler(step);
