import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CallContext, type Caller, ServiceError } from './service.ts';

type Shape = Record<string, unknown>;

/** How one service speaks AWS's JSON protocol: POST /, the operation in `X-Amz-Target: <targetPrefix>.<operation>`. */
export interface JsonProtocol {
  /** `DynamoDB_20120810`, `AWSStepFunctions`, `AWSEvents`, `AmazonSSM`, `TrentService`, `Logs_20140328` … */
  readonly targetPrefix: string;
  /** Default 1.0. */
  readonly version?: '1.0' | '1.1';
  /** Before the name of an error in `__type`, e.g. `com.amazonaws.dynamodb.v20120810#`. Default none. */
  readonly errorPrefix?: string;
  /** From the wire to the input of the SDK's command: bytes out of base64, Dates out of epoch seconds. Default as is. */
  decode?(operation: string, input: Shape): Shape;
  /** From the command's output to the wire, before {@link toWire}. Default as is. */
  encode?(operation: string, output: Shape): Shape;
  /** Further headers of an answer with this body. */
  headers?(body: Buffer): Record<string, string>;
}

export interface JsonHandlerOptions {
  readonly protocol: JsonProtocol;
  /** A service's `call`, or a hub's for this service. */
  call(operation: string, input: Shape, context: CallContext): Promise<Shape>;
  /** On whose behalf; may refuse with a ServiceError. Default: the operator. */
  callerOf?(request: IncomingMessage): Caller;
  /** Default 32 MiB, more than any service of this protocol takes. */
  readonly maxBodyBytes?: number;
}

/** A mountable handler; every answer is JSON, errors are `{ __type, message, …fields }`. */
export function jsonRpcHandler(
  options: JsonHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { protocol } = options;
  return async (request, response) => {
    const requestId = randomUUID();
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    let status = 200;
    let answer: Shape;
    try {
      const body = await readBody(request, options.maxBodyBytes ?? 32 * 1024 * 1024);
      const operation = operationOf(request, protocol.targetPrefix);
      const input = parseBody(body);
      const caller = options.callerOf?.(request) ?? { kind: 'operator' };
      const output = await options.call(operation, protocol.decode?.(operation, input) ?? input, {
        caller,
        requestId,
        signal: gone.signal,
      });
      answer = protocol.encode?.(operation, output) ?? output;
    } catch (error) {
      const known =
        error instanceof ServiceError
          ? error
          : new ServiceError('InternalServerError', error instanceof Error ? error.message : String(error), 500);
      status = known.httpStatus;
      answer = { __type: `${protocol.errorPrefix ?? ''}${known.name}`, message: known.message, ...known.fields };
    }
    const body = Buffer.from(JSON.stringify(toWire(answer)));
    response.writeHead(status, {
      'content-type': `application/x-amz-json-${protocol.version ?? '1.0'}`,
      'content-length': body.length,
      'x-amzn-requestid': requestId,
      ...protocol.headers?.(body),
    });
    response.end(body);
  };
}

async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new ServiceError('RequestTooLargeException', `a body of more than ${maxBytes} bytes`, 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function operationOf(request: IncomingMessage, targetPrefix: string): string {
  const target = request.headers['x-amz-target'];
  const [prefix, operation] = typeof target === 'string' ? target.split('.') : [];
  if (request.method !== 'POST' || prefix !== targetPrefix || !operation || !/^[A-Za-z]{1,100}$/.test(operation))
    throw new ServiceError('UnknownOperationException', `no operation of ${targetPrefix}: ${String(target)}`);
  return operation;
}

function parseBody(body: Buffer): Shape {
  try {
    const input: unknown = JSON.parse(body.toString('utf8') || '{}');
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Shape;
  } catch {
    // Not JSON: the same answer as for JSON that is no object.
  }
  throw new ServiceError('SerializationException', 'the body must be a JSON object');
}

/** Bytes become base64, Dates seconds since the epoch; members without a value are left out. */
function toWire(value: unknown): unknown {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => [name, toWire(member)]),
  );
}

/** Bytes out of strict base64. */
export function bytesFromWire(value: unknown): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  if (!bytes || bytes.toString('base64') !== value)
    throw new ServiceError('SerializationException', 'a blob must be a base64 string');
  return Uint8Array.from(bytes);
}

/** A Date out of seconds since the epoch; undefined stays undefined. */
export function dateFromWire(value: unknown): Date | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ServiceError('SerializationException', 'a timestamp must be a number of seconds');
  return new Date(value * 1000);
}
