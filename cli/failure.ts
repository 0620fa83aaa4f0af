import { exitCodeOf } from '../core/errors/exit-codes.ts';
import { HoldfastError } from '../core/errors/holdfast-error.ts';
import { PlatformUnavailable } from '../core/errors/platform-errors.ts';
import type { Output } from './output.ts';

/** A failure as an execution reports it: `error` is the domain error's name, `cause` its sentence and what to run next. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

/** What an execution that ended without an error's name is called, in the words of the runbook. */
const ENDINGS: Readonly<Record<string, string>> = { ABORTED: 'Stopped', TIMED_OUT: 'States.Timeout' };

/**
 * Reads the `error` and `cause` of an execution: of a Fail state (two lines), or of a step without Catch (Lambda's JSON).
 * `error` may be the execution's status, where it has no error.
 */
export function executionFailure(error: string | undefined, cause: string | undefined): Failure {
  let text = cause ?? '';
  try {
    const parsed = JSON.parse(text) as { errorMessage?: unknown };
    if (typeof parsed.errorMessage === 'string') text = parsed.errorMessage;
  } catch {
    // A Fail state's own sentence.
  }
  const [message = '', ...hints] = text.split('\n');
  return {
    name: ENDINGS[error ?? ''] ?? error ?? 'Unknown',
    message: message || 'the execution gave no reason',
    hint: hints.join(' '),
  };
}

/** What was thrown, as a failure. Errors of the SDK and the network are the platform's (exit code 14). */
export function thrownFailure(error: unknown): Failure {
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
export function report(output: Output, failure: Failure, undone?: string): number {
  const code = exitCodeOf(failure.name);
  output.say({
    type: 'exit_error',
    fields: { name: failure.name, message: failure.message, hint: failure.hint, code, ...(undone ? { undone } : {}) },
    line: ['Failed', `${failure.name}: ${failure.message}`],
  });
  if (undone) output.note('Undone', undone);
  if (failure.hint) output.note('Next', failure.hint);
  return code;
}
