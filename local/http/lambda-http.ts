import { randomUUID } from 'node:crypto';
import { notImplemented } from '../service.ts';
import { readBody } from './read-body.ts';
import { asServiceError, type Handler, type HandlerOptions } from './service-handler.ts';

const MAX_BODY = 6 * 1024 * 1024 + 1024;
const READS: Record<string, string> = {
  '': 'GetFunction',
  '/configuration': 'GetFunctionConfiguration',
  '/versions': 'ListVersionsByFunction',
  '/aliases': 'ListAliases',
};

/** Lambda's REST protocol, as far as LambdaService goes. */
export function lambdaHandler(options: HandlerOptions): Handler {
  return async (request, response) => {
    const requestId = randomUUID();
    let status = 200;
    let body: string | Uint8Array;
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
    try {
      const url = new URL(request.url ?? '/', 'http://local');
      const [, name, rest = ''] = /^\/2015-03-31\/functions\/?([^/]*)(\/.*)?$/.exec(url.pathname) ?? [];
      if (name === undefined) throw notImplemented(`lambda ${request.method} ${url.pathname}`);
      const qualifier = url.searchParams.get('Qualifier');
      const input = { FunctionName: decodeURIComponent(name), ...(qualifier ? { Qualifier: qualifier } : {}) };
      const context = { caller: options.callerOf(request), requestId };
      if (request.method === 'POST' && rest === '/invocations') {
        const type = request.headers['x-amz-invocation-type'] ?? 'RequestResponse';
        const invoke = { ...input, InvocationType: type, Payload: await readBody(request, MAX_BODY) };
        const output = await options.call('Invoke', invoke, context);
        status = Number(output.StatusCode);
        body = (output.Payload as Uint8Array | undefined) ?? '';
        if (output.FunctionError) headers['x-amz-function-error'] = String(output.FunctionError);
        if (output.ExecutedVersion) headers['x-amz-executed-version'] = String(output.ExecutedVersion);
      } else {
        const operation = request.method === 'GET' ? (name === '' ? 'ListFunctions' : READS[rest]) : undefined;
        if (!operation) throw notImplemented(`lambda ${request.method} ${url.pathname}`);
        body = JSON.stringify(await options.call(operation, input, context));
      }
    } catch (thrown) {
      const error = asServiceError(thrown);
      status = error.httpStatus;
      headers['x-amzn-errortype'] = error.name;
      body = JSON.stringify({
        Type: status >= 500 ? 'Service' : 'User',
        Message: error.message,
        message: error.message,
      });
    }
    headers['content-length'] = String(Buffer.byteLength(body));
    response.writeHead(status, headers);
    response.end(body);
  };
}
