import { exitCodeOf } from '../core/errors/exit-codes.ts';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { PlatformUnavailable } from '../core/errors/platform-errors.ts';
import { executionFailure } from '../core/execution-failure.ts';
import type { FailureReason } from '../core/items.ts';
import type { Output } from './output.ts';

/** What an execution that ended without an error's name is called, in the words of the runbook. */
const ENDINGS: Readonly<Record<string, string>> = { ABORTED: 'Stopped', TIMED_OUT: 'States.Timeout' };

/** Why an execution failed, as far as Step Functions knows. */
export function endedFailure(ended: {
  readonly status: string;
  readonly error: string | undefined;
  readonly cause: string | undefined;
}): FailureReason {
  const { name, message, hint } = executionFailure(ended.error, ended.cause);
  return {
    name: name || (ENDINGS[ended.status] ?? ended.status),
    message: message || 'the execution gave no reason',
    hint,
  };
}

/** What was thrown, as a failure. Errors of the SDK and the network are the platform's (exit code 14). */
export function thrownFailure(error: unknown): FailureReason {
  if (error instanceof HoldfastError) return { name: error.name, message: error.message, hint: error.hint };
  const { name, message } = error as Error;
  const isPlatform =
    typeof (error as { $metadata?: unknown }).$metadata === 'object' ||
    /^E[A-Z]+$/.test((error as { code?: string }).code ?? '');
  if (!isPlatform && name !== 'CredentialsProviderError' && name !== 'AggregateError')
    return { name, message, hint: '' };
  const unavailable = new PlatformUnavailable(
    `AWS did not answer: ${name}: ${message}`,
    'check credentials, Region and AWS_ENDPOINT_URL',
  );
  return { name: unavailable.name, message: unavailable.message, hint: unavailable.hint };
}

/** Prints what, why and the next command; answers the exit code. */
export function report(output: Output, failure: FailureReason, undone?: string): number {
  const { name, message, hint } = failure;
  const code = exitCodeOf(name);
  output.say({
    type: 'exit_error',
    fields: { name, message, hint, code, ...(undone ? { undone } : {}) },
    line: ['Failed', `${name}: ${message}`],
  });
  if (undone) output.note('Undone', undone);
  if (hint) output.note('Next', hint);
  return code;
}
