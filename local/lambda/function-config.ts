/** One published version of a function, or its `$LATEST`. */
export interface FunctionConfig {
  readonly name: string;
  readonly logicalId: string;
  /** Without qualifier. */
  readonly arn: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** The asset: a directory with the bundle. */
  readonly codeDir: string;
  /** `index.handler` */
  readonly handler: string;
  readonly roleArn: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  /** Of the lines that Lambda itself writes. Default: text. */
  readonly logFormat?: 'JSON' | 'Text';
}

export interface Invocation {
  readonly requestId: string;
  /** JSON */
  readonly event: string;
  /** The ARN that the caller named, with its qualifier. */
  readonly invokedArn: string;
}

/** What Lambda puts in the payload of a failed invocation. */
export interface FunctionFailure {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}

export type InvocationResult =
  | { readonly kind: 'answer' /** JSON */; readonly payload: string }
  | { readonly kind: 'failure'; readonly failure: FunctionFailure };

/** Where functions run: in child processes (process-runner.ts), or in this process for tests (in-process-runner.ts). */
export interface FunctionRunner {
  /** Never rejects: whatever goes wrong with the function is its failure. */
  run(config: FunctionConfig, invocation: Invocation): Promise<InvocationResult>;
  /** Kills what runs this function now, as if by a signal; how many invocations that cut. */
  kill(name: string): number;
  close(): Promise<void>;
}

export const timedOut = (config: FunctionConfig, requestId: string): FunctionFailure => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${config.timeoutSeconds.toFixed(2)} seconds`,
});

export const exited = (requestId: string, how: string): FunctionFailure => ({
  errorType: 'Runtime.ExitError',
  errorMessage: `RequestId: ${requestId} Error: Runtime exited ${how}`,
});
