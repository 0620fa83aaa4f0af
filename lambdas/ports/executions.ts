export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED' | 'PENDING_REDRIVE';

/** Executions of the stack's own state machines. */
export interface Executions {
  /** Strongly consistent enough for "has it ended": an ended execution never runs again but by redrive. `undefined`: unknown to the service (older than 90 days). */
  status(
    executionArn: string,
  ): Promise<{ status: ExecutionStatus; stoppedAt?: number; error?: string; cause?: string } | undefined>;
  /** Idempotent. Stops the execution, not a Lambda in flight. */
  stop(executionArn: string, error: string, cause: string): Promise<void>;
  /** Idempotent for one name: an execution of that name, running or ended, counts as started. */
  start(stateMachineArn: string, name: string, input: object): Promise<void>;
}
