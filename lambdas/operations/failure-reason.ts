import { executionFailure } from '../../core/execution-failure.ts';
import type { FailureReason } from '../../core/items.ts';

/** Longest sentence that is kept: a history item stays far below 400 KB. */
const MOST = 2_000;

/** What a Catch saw, as the history keeps it: with a sentence and something to run, whatever was said. */
export function failureReason(
  error: { readonly Error?: string | undefined; readonly Cause?: string | undefined },
  root: string,
): FailureReason {
  const { name, message, hint } = executionFailure(error.Error, error.Cause);
  return {
    name: name || 'Unknown',
    message: (message || `the workflow failed with ${name || 'no error name'}`).slice(0, MOST),
    hint: (hint || `holdfast progress ${root}`).slice(0, MOST),
  };
}
