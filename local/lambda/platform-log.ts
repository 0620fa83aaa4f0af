import type { FunctionConfig, InvocationResult } from './function-config.ts';

/** One event of the platform in a JSON log: `time`, `type`, `record` ("Telemetry API Event schema", Lambda guide). */
const event = (type: string, record: object): string =>
  `${JSON.stringify({ time: new Date().toISOString(), type, record })}\n`;

/** What Lambda writes into a function's log before an invocation, in the function's log format. */
export const startLine = (config: FunctionConfig, requestId: string): string =>
  config.logFormat === 'JSON'
    ? event('platform.start', { requestId, version: config.version })
    : `START RequestId: ${requestId} Version: ${config.version}\n`;

/** What it writes after one; of a failure with its name. */
export function reportLine(
  config: FunctionConfig,
  requestId: string,
  took: { readonly milliseconds: number; readonly result: InvocationResult },
): string {
  const { result } = took;
  const durationMs = Number(took.milliseconds.toFixed(1));
  if (config.logFormat === 'JSON') {
    const outcome =
      result.kind === 'answer' ? { status: 'success' } : { status: 'error', errorType: result.failure.errorType };
    return event('platform.report', { requestId, metrics: { durationMs }, ...outcome });
  }
  const failed = result.kind === 'failure' ? ` Status: ${result.failure.errorType} ${result.failure.errorMessage}` : '';
  return `REPORT RequestId: ${requestId} Duration: ${durationMs} ms${failed}\n`;
}
