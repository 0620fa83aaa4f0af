import { HoldfastError } from '../../core/errors/holdfast-error.ts';
import type { Clients } from '../adapters/clients.ts';
import { settling } from './settling.ts';
import type { Step } from './step.ts';

/** Before the Lambda's deadline a step starts nothing new for so long (aws-facts 12); half the time of a short one. */
const RESERVE_MS = 60_000;

export interface InvocationContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export interface StepLog {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, error: Error): void;
}

/**
 * A step as a function that is invoked. An error of the domain leaves as `errorType` = its name and `errorMessage` = its
 * sentence, a line break, and what to run next. Returns or throws only after every request that it started has settled:
 * a request in flight would freeze with the sandbox and could be sent hours later.
 */
export function stepHandler(
  step: Step,
  environment: Record<string, string | undefined>,
  world: Clients,
  log: StepLog,
): (event: unknown, context: InvocationContext) => Promise<unknown> {
  const { clients, settled } = settling(world);
  const run = step.create(environment, clients);
  return async (event, context) => {
    const began = clients.clock.now();
    const remaining = context.getRemainingTimeInMillis();
    const stopAt = began + Math.max(remaining - RESERVE_MS, remaining / 2);
    try {
      return await run(event, { stopAt });
    } catch (error) {
      log.error(`${step.name} failed`, error as Error);
      if (error instanceof HoldfastError && error.hint) error.message = `${error.message}\n${error.hint}`;
      throw error;
    } finally {
      await settled();
      log.info(step.name, { requestId: context.awsRequestId, milliseconds: clients.clock.now() - began });
    }
  };
}
