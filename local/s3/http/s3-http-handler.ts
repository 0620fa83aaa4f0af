import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { errorResponse } from './rest-error.ts';
import { inputOf } from './rest-input.ts';
import { type RestResponse, responseOf } from './rest-output.ts';
import { routeOf } from './rest-route.ts';

/** Runs one operation for a request; `raw` is there for its caller ({@link accessKeyOf}) and its end. */
export type S3HttpCall = (
  operation: string,
  input: Record<string, unknown>,
  raw: IncomingMessage,
) => Promise<Record<string, unknown>>;

/**
 * S3's REST protocol, path style and virtual host, in front of SDK commands. What travels where comes from the SDK's
 * own model of S3. Signatures and `x-amz-content-sha256` are not verified; checksums and Content-MD5 are.
 */
export function s3HttpHandler(call: S3HttpCall): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const requestId = randomUUID();
    response.setHeader('x-amz-request-id', requestId);
    await answer(request, response, await respond(call, request, requestId));
  };
}

async function respond(call: S3HttpCall, request: IncomingMessage, requestId: string): Promise<RestResponse> {
  try {
    const route = routeOf(request);
    return responseOf(route.operation, await call(route.operation.name, await inputOf(request, route), request));
  } catch (error) {
    return errorResponse(error, requestId);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, { status, headers, body }: RestResponse) {
  // A refusal before the body was read: clients that are still sending would miss the answer.
  if (!request.complete && !request.destroyed) await finished(request.resume()).catch(() => {});
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  if (request.method === 'HEAD' || body === undefined) {
    if (body instanceof Readable) body.destroy();
    if (request.method !== 'HEAD' && status !== 204 && status !== 304) response.setHeader('content-length', 0);
    response.end();
  } else if (typeof body === 'string') {
    response.setHeader('content-length', Buffer.byteLength(body));
    response.end(body);
  } else {
    // A client that went away ends the stream; a blob that cannot be read breaks the connection, never ends it well.
    await pipeline(body, response).catch(() => response.destroy());
  }
}
