/** A call that a state machine makes of another service, under its role. */
export interface ServiceCall {
  /** As in an ARN: `lambda`, `s3`, `dynamodb`, `states`, `events`, `sns` … */
  readonly service: string;
  /** The SDK's operation: `Invoke`, `GetObject` … */
  readonly operation: string;
  /** The SDK's input. `Payload` of a Lambda Invoke is JSON text. */
  readonly input: Record<string, unknown>;
  readonly roleArn: string;
}

/** Answers the SDK's output, or throws an error whose `name` is the service's error code. */
export type Invoke = (call: ServiceCall) => Promise<Record<string, unknown>>;
