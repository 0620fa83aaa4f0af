import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { dynamoDbBackupSets } from '../lambdas/adapters/dynamodb/backup-sets.ts';
import { dynamoDbCleanUpList } from '../lambdas/adapters/dynamodb/clean-up-list.ts';
import { dynamoDbSystemTable } from '../lambdas/adapters/dynamodb/system-table.ts';
import { s3ObjectStore } from '../lambdas/adapters/s3/object-store.ts';
import { sfnExecutions } from '../lambdas/adapters/stepfunctions/executions.ts';
import type { StackContract } from '../lambdas/contracts/stack-contract.ts';
import { findStack } from './stack.ts';

/** What the verbs reach the world through: the operator's own credentials, Region and endpoint. */
export interface World {
  readonly sfn: SFNClient;
  readonly stack: StackContract;
  readonly table: ReturnType<typeof dynamoDbSystemTable>;
  readonly cleanUp: ReturnType<typeof dynamoDbCleanUpList>;
  readonly sets: ReturnType<typeof dynamoDbBackupSets>;
  readonly objects: ReturnType<typeof s3ObjectStore>;
  readonly executions: ReturnType<typeof sfnExecutions>;
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Finds the stack by its name and makes the clients. The SDK reads the environment, profiles and the Region itself. */
export async function connect(stackName: string): Promise<World> {
  const clients = {
    s3: new S3Client({ maxAttempts: 1 }),
    dynamodb: new DynamoDBClient({ maxAttempts: 1 }),
    sfn: new SFNClient({ maxAttempts: 3 }),
    clock: { now: () => Date.now(), sleep: async (ms: number) => void (await sleep(ms)) },
    ids: { unique: () => randomBytes(12).toString('hex'), random: () => randomBytes(4).readUInt32BE() / 2 ** 32 },
  };
  const stack = await findStack(new CloudFormationClient({ maxAttempts: 3 }), stackName);
  return {
    sfn: clients.sfn,
    stack,
    table: dynamoDbSystemTable(clients, stack.TableName),
    cleanUp: dynamoDbCleanUpList(clients, stack.TableName),
    sets: dynamoDbBackupSets(clients, stack.TableName),
    objects: s3ObjectStore(clients),
    executions: sfnExecutions(clients),
    now: clients.clock.now,
    sleep: clients.clock.sleep,
  };
}
