import type { FailureReason } from './items.ts';

/**
 * A failure as Step Functions shows it: `error` is the name of the domain error; `cause` its sentence and, after a line
 * break, what to run next: of a Fail state as it stands, of a step without Catch as `errorMessage` of Lambda's JSON.
 * What is not said is empty.
 */
export function executionFailure(error: string | undefined, cause: string | undefined): FailureReason {
  let text = cause ?? '';
  try {
    const parsed = JSON.parse(text) as { errorMessage?: unknown } | null;
    if (typeof parsed?.errorMessage === 'string') text = parsed.errorMessage;
  } catch {
    // Not Lambda's JSON: a sentence of a Fail state, or of Step Functions itself.
  }
  const [message = '', ...hints] = text.split('\n');
  return { name: error ?? '', message, hint: hints.join(' ') };
}
