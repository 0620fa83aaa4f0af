import { dynamoDbSystemTable } from '../adapters/dynamodb/system-table.ts';
import { commitBackupContract } from '../contracts/commit-backup.contract.ts';
import { commitBackup } from '../operations/commit-backup.ts';
import { lambdaHandler } from './compose.ts';
import { defineStep } from './step.ts';

export const step = defineStep(commitBackupContract, (environment, clients) =>
  commitBackup({ table: dynamoDbSystemTable(clients, environment.TABLE_NAME), clock: clients.clock }, environment),
);

export const handler = lambdaHandler(step);
