import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import type { Clients } from '../adapters/clients.ts';
import { settling } from './settling.ts';
import type { Step } from './step.ts';

/** The real world of a Lambda. One retry loop, ours (adapters/retry.ts): the SDK tries once. */
export function realClients(): Clients {
  return {
    s3: new S3Client({ maxAttempts: 1 }),
    dynamodb: new DynamoDBClient({ maxAttempts: 1 }),
    sfn: new SFNClient({ maxAttempts: 1 }),
    clock: { now: () => Date.now(), sleep: async (ms) => void (await sleep(ms)) },
    ids: { unique: () => randomBytes(12).toString('hex'), random: () => randomBytes(4).readUInt32BE() / 2 ** 32 },
  };
}

/** Seconds before the Lambda's deadline at which a step starts nothing new (aws-facts 12). */
const RESERVE_MS = 60_000;

interface LambdaContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

/**
 * The function that Lambda calls. An error of the domain leaves as `errorType` = its name and `errorMessage` = its
 * sentence, a line break, and what to run next. Returns or throws only after every request it started has settled:
 * a request in flight would freeze with the sandbox and could be sent hours later.
 */
export function lambdaHandler(step: Step): (event: unknown, context: LambdaContext) => Promise<unknown> {
  const logger = new Logger({ serviceName: step.name });
  const { clients, settled } = settling(realClients());
  const run = step.create(process.env, clients);
  return async (event, context) => {
    const began = clients.clock.now();
    const remaining = context.getRemainingTimeInMillis();
    const stopAt = began + Math.max(remaining - RESERVE_MS, remaining / 2);
    try {
      return await run(event, { stopAt });
    } catch (error) {
      logger.error(`${step.name} failed`, error as Error);
      if (error instanceof HoldfastError && error.hint) error.message = `${error.message}\n${error.hint}`;
      throw error;
    } finally {
      await settled();
      logger.info(step.name, { requestId: context.awsRequestId, milliseconds: clients.clock.now() - began });
    }
  };
}
