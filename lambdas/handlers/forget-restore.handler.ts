import { dynamoDbRestoreTargets } from '../adapters/dynamodb/restore-targets.ts';
import { forgetRestoreContract } from '../contracts/forget-restore.contract.ts';
import { forgetRestore } from '../operations/forget-restore.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(forgetRestoreContract, (environment, clients) =>
  forgetRestore({ targets: dynamoDbRestoreTargets(clients, environment.TABLE_NAME) }),
);
export const handler = lambdaHandler(step);
