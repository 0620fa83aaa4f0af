import { Cancelled } from './cancellation.ts';
import type { GuardedState, Retrier } from './compiled-state.ts';
import type { JsonObject } from './json.ts';
import { dataOf } from './state-data.ts';
import { isUncatchable, StateError } from './state-error.ts';
import { leave, record, type Step, type Visit } from './visit.ts';

/** Attempts a state as often as its Retry allows, then looks for a Catch. The input stays the same. */
export async function guardedAttempts<S extends GuardedState>(
  visit: Visit<S>,
  attempt: () => Promise<Step>,
): Promise<Step> {
  const { state, line, frame } = visit;
  const made = state.retry.map(() => 0);
  for (;;) {
    try {
      return await attempt();
    } catch (thrown) {
      const error = evaluationRecorded(visit, asStateError(thrown));
      if (isUncatchable(error.error)) throw error;
      const at = state.retry.findIndex((retrier) => matches(retrier.errors, error.error));
      const retrier = state.retry[at];
      if (retrier && made[at]! < retrier.maxAttempts) {
        const ms = delayMs(retrier, made[at]!, line.engine.random);
        made[at]!++;
        await line.cancellation.sleep(line.engine.clock, ms);
        line.cancellation.check();
        visit.retryCount++;
        visit.resumed = false;
        line.execution.transitions++;
        frame.inner = undefined;
        frame.mapRunArn = undefined;
        continue;
      }
      const catcher = state.catch.find(({ errors }) => matches(errors, error.error));
      if (!catcher) throw error;
      return leave(visit, catcher, dataOf(error.output, 'error output'), { errorOutput: error.output as JsonObject });
    }
  }
}

/** What the interpreter itself throws in surprise is `States.Runtime`, as on the service. */
export function asStateError(thrown: unknown): StateError {
  if (thrown instanceof Cancelled) throw thrown;
  if (thrown instanceof StateError) return thrown;
  return new StateError('States.Runtime', thrown instanceof Error ? thrown.message : String(thrown));
}

/** An expression that failed is in the history once, where it failed. */
export function evaluationRecorded(visit: Visit, error: StateError): StateError {
  const { location, reason } = error;
  if (location === undefined) return error;
  const cause = reason === undefined ? {} : { cause: reason };
  record(visit.line, 'EvaluationFailed', { error: error.error, ...cause, location, state: visit.state.name });
  return new StateError(error.error, reason);
}

/** `States.TaskFailed` stands for every error but a time-out ("Error names", Developer Guide). */
export const matches = (names: readonly string[], error: string): boolean =>
  names.some(
    (name) => name === error || name === 'States.ALL' || (name === 'States.TaskFailed' && error !== 'States.Timeout'),
  );

function delayMs(retrier: Retrier, attemptsMade: number, random: () => number): number {
  const seconds = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** attemptsMade,
    retrier.maxDelaySeconds ?? Number.POSITIVE_INFINITY,
  );
  return Math.round(1000 * seconds * (retrier.fullJitter ? random() : 1));
}
