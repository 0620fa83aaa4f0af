import type { StatusChange } from '../stepfunctions/execution-store.ts';

/** "Step Functions Execution Status Change" (Step Functions Developer Guide). */
export function statusEvent(change: StatusChange): [string, string, string[], Record<string, unknown>] {
  const { startMs, stopMs, output, error, cause, ...same } = change;
  const detail = {
    ...same,
    startDate: startMs,
    stopDate: stopMs ?? null,
    inputDetails: { included: true },
    output: output ?? null,
    outputDetails: output === undefined ? null : { included: true },
    error: error ?? null,
    cause: cause ?? null,
  };
  return ['aws.states', 'Step Functions Execution Status Change', [change.executionArn], detail];
}
