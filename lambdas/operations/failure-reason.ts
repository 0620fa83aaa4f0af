import type { FailureReason } from '../../core/items.ts';

/** Longest sentence that is kept: a history item stays far below 400 KB. */
const MOST = 2_000;

/**
 * A domain error as a state machine shows it: `Error` is the class's literal name; `Cause` is Lambda's JSON, whose
 * `errorMessage` has the sentence and, after a line break, what to run next.
 */
export function failureReason(
  error: { readonly Error?: string | undefined; readonly Cause?: string | undefined },
  root: string,
): FailureReason {
  let message = error.Cause ?? '';
  try {
    const cause = JSON.parse(message) as { errorMessage?: unknown };
    if (typeof cause.errorMessage === 'string') message = cause.errorMessage;
  } catch {
    // Not a Lambda's JSON: a sentence of Step Functions itself, kept as it is.
  }
  const [sentence = '', ...hints] = message.split('\n');
  return {
    name: error.Error ?? 'Unknown',
    message: (sentence || `the workflow failed with ${error.Error ?? 'no error name'}`).slice(0, MOST),
    hint: (hints.join(' ') || `holdfast progress ${root}`).slice(0, MOST),
  };
}
