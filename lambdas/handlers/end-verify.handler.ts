import { s3ObjectStore } from '../adapters/s3/object-store.ts';
import { endVerifyContract } from '../contracts/end-verify.contract.ts';
import { endVerify } from '../operations/end-verify.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(endVerifyContract, (environment, clients) =>
  endVerify({ objects: s3ObjectStore(clients) }, environment),
);
export const handler = lambdaHandler(step);
