import { randomUUID } from 'node:crypto';
import { notImplemented } from '../service.ts';
import { asServiceError, type Handler, type HandlerOptions } from './service-handler.ts';

/** EventBridge Scheduler's REST protocol: reading schedules. */
export function schedulerHandler(options: HandlerOptions): Handler {
  return async (request, response) => {
    const requestId = randomUUID();
    let status = 200;
    let body: string;
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
    try {
      const { pathname } = new URL(request.url ?? '/', 'http://local');
      const name = /^\/schedules(?:\/([^/]+))?$/.exec(pathname);
      if (request.method !== 'GET' || !name) throw notImplemented(`scheduler ${request.method} ${pathname}`);
      const operation = name[1] === undefined ? 'ListSchedules' : 'GetSchedule';
      const input = name[1] === undefined ? {} : { Name: decodeURIComponent(name[1]) };
      body = JSON.stringify(await options.call(operation, input, { caller: options.callerOf(request), requestId }));
    } catch (thrown) {
      const error = asServiceError(thrown);
      status = error.httpStatus;
      headers['x-amzn-errortype'] = error.name;
      body = JSON.stringify({ Message: error.message });
    }
    headers['content-length'] = String(Buffer.byteLength(body));
    response.writeHead(status, headers);
    response.end(body);
  };
}
