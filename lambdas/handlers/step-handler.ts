import { cut, HoldfastError, MOST_MESSAGE } from '../../core/errors/holdfast-error.ts';
import type { Clients } from '../adapters/clients.ts';
import { logFields } from './log-fields.ts';
import { settling } from './settling.ts';
import type { Step } from './step.ts';

/**
 * Before the Lambda's deadline a step starts nothing new for so long, half the time of a short one: requests in flight
 * when it ends would freeze (AWS Lambda Developer Guide, "Understanding the Lambda execution environment lifecycle").
 */
const RESERVE_MS = 60_000;

export interface InvocationContext {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}

export interface StepLog {
  info(message: string, fields: Record<string, unknown>): void;
  error(message: string, fields: Record<string, unknown> & { readonly error: Error }): void;
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
    const fields = { function_request_id: context.awsRequestId, ...logFields(event) };
    const remaining = context.getRemainingTimeInMillis();
    const stopAt = began + Math.max(remaining - RESERVE_MS, remaining / 2);
    try {
      return await run(event, { stopAt });
    } catch (error) {
      log.error(`${step.name} failed`, { ...fields, error: error as Error });
      throw answerOf(error);
    } finally {
      await settled();
      log.info(step.name, { ...fields, milliseconds: clients.clock.now() - began });
    }
  };
}

/**
 * The error as Lambda will answer it: at most 16 KiB and no stack, which repeats the message. A longer answer ends an
 * execution with States.DataLimitExceeded, which no Catch matches, so that the flag would stay.
 */
function answerOf(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const hint = error instanceof HoldfastError && error.hint ? `\n${error.hint}` : '';
  error.message = `${cut(error.message, MOST_MESSAGE)}${hint}`;
  error.stack = error.name;
  return error;
}
