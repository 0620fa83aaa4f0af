import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import type { Clients } from '../adapters/clients.ts';
import { LeanCopies } from '../adapters/s3/lean-copies.ts';
import type { Step } from './step.ts';
import { type InvocationContext, stepHandler } from './step-handler.ts';

/** Copies wait in S3, not here: more at once than the SDK's own 50 connections. */
const httpsAgent = { maxSockets: 1_024 };
const httpAgent = httpsAgent;

/** The real world of a Lambda. One retry loop, ours (adapters/retry.ts): the SDK tries once. */
function realClients(): Clients {
  return {
    s3: new LeanCopies(new S3Client({ maxAttempts: 1, requestHandler: { httpsAgent, httpAgent } }), () => Date.now()),
    dynamodb: new DynamoDBClient({ maxAttempts: 1 }),
    sfn: new SFNClient({ maxAttempts: 1 }),
    clock: { now: () => Date.now(), sleep: async (ms) => void (await sleep(ms)) },
    ids: { unique: () => randomBytes(12).toString('hex'), random: () => randomBytes(4).readUInt32BE() / 2 ** 32 },
    // Not the console: Lambda puts the time and the request before its lines, and metrics are JSON lines.
    writeLine: (line) => void process.stdout.write(`${line}\n`),
  };
}

/** The function that Lambda calls. The environment is read at the first call, when Lambda has set it. */
export function lambdaHandler(step: Step): (event: unknown, context: InvocationContext) => Promise<unknown> {
  let handler: ReturnType<typeof stepHandler> | undefined;
  return (event, context) => {
    handler ??= stepHandler(step, process.env, realClients(), new Logger({ serviceName: step.name }));
    return handler(event, context);
  };
}
