/** A failure inside an execution, by the name that Retry and Catch compare. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly error: string;
  readonly reason: string | undefined;
  /** The field whose expression failed, for the event EvaluationFailed. */
  readonly location: string | undefined;

  constructor(error: string, reason?: string, location?: string) {
    super(reason ? `${error}: ${reason}` : error);
    this.error = error;
    this.reason = reason;
    this.location = location;
  }

  /** What `$states.errorOutput` shows. */
  get output(): { Error: string; Cause?: string } {
    return this.reason === undefined ? { Error: this.error } : { Error: this.error, Cause: this.reason };
  }
}

/** Neither `States.ALL` nor a name matches these ("Error names", Step Functions Developer Guide). */
export const isUncatchable = (error: string): boolean =>
  error === 'States.DataLimitExceeded' || error === 'States.Runtime';
