import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cloud } from './cloud.ts';
import { dynamoDbHandler } from './dynamodb/http.ts';
import { lambdaHandler } from './http/lambda-http.ts';
import { queryHandler } from './http/query-protocol.ts';
import { refuseBrowsers } from './http/refuse-browsers.ts';
import { schedulerHandler } from './http/scheduler-http.ts';
import type { Handler, HandlerOptions } from './http/service-handler.ts';
import { signedService } from './http/signed-service.ts';
import { jsonRpcHandler } from './json-protocol.ts';
import { accessKeyOf } from './s3/http/access-key.ts';
import { s3HttpHandler } from './s3/http/s3-http-handler.ts';
import { stepFunctionsHandler } from './stepfunctions/http.ts';

/** Idle connections live long: a function's client may wake up with one after a long freeze. */
const KEEP_ALIVE_MS = 60 * 60 * 1000;

export interface CloudServer {
  /** `http://127.0.0.1:<port>`, for every service: `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/**
 * One endpoint for all services of a cloud, on this machine's loopback only. Signatures are not verified; their
 * scope says which service is meant, their key on whose behalf: a function's role, or else the operator.
 */
export async function startServer(cloud: Cloud, port = 0): Promise<CloudServer> {
  const handlers = handlersOf(cloud);
  const server = createServer((request, response) => {
    if (refuseBrowsers(request, response)) return;
    const service = signedService(request);
    const handler = handlers[service] ?? unknownService(service);
    handler(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cloud.endpoint = endpoint;
  return { endpoint, close: () => closeServer(server) };
}

function handlersOf(cloud: Cloud): Record<string, Handler> {
  const callerOf = (request: IncomingMessage) => cloud.callerOf(accessKeyOf(request));
  const options = (service: string): HandlerOptions => ({
    call: (operation, input, context) => cloud.hub.call(service, operation, input, context),
    callerOf,
  });
  const json = (service: string, targetPrefix: string, version: '1.0' | '1.1' = '1.1') =>
    jsonRpcHandler({ ...options(service), protocol: { targetPrefix, version } });
  return {
    s3: s3HttpHandler((operation, input, raw) => cloud.call('s3', operation, input, callerOf(raw))),
    dynamodb: dynamoDbHandler(options('dynamodb')),
    states: stepFunctionsHandler(options('states')),
    lambda: lambdaHandler(options('lambda')),
    scheduler: schedulerHandler(options('scheduler')),
    ssm: json('ssm', 'AmazonSSM'),
    kms: json('kms', 'TrentService'),
    logs: json('logs', 'Logs_20140328'),
    events: json('events', 'AWSEvents'),
    sqs: json('sqs', 'AmazonSQS', '1.0'),
    cloudwatch: json('cloudwatch', 'GraniteServiceVersion20100801', '1.0'),
    cloudformation: queryHandler('http://cloudformation.amazonaws.com/doc/2010-05-15/', options('cloudformation')),
    sts: queryHandler('https://sts.amazonaws.com/doc/2011-06-15/', options('sts')),
    sns: queryHandler('http://sns.amazonaws.com/doc/2010-03-31/', options('sns')),
  };
}

/** In the form that the client of an unknown service reads: JSON when it sent JSON, else XML. */
const unknownService =
  (service: string): Handler =>
  async (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    const message = `not implemented here: the service ${service}`;
    const isJson = request.headers['x-amz-target'] !== undefined || /json/.test(request.headers['content-type'] ?? '');
    response.writeHead(501, {
      'content-type': isJson ? 'application/x-amz-json-1.0' : 'text/xml',
      'x-amzn-errortype': 'NotImplemented',
    });
    response.end(
      isJson
        ? JSON.stringify({ __type: 'NotImplemented', message })
        : `<ErrorResponse><Error><Code>NotImplemented</Code><Message>${message.replace(/[&<>]/g, '')}</Message></Error></ErrorResponse>`,
    );
  };

/** Requests under way may finish; connections that do nothing are closed, after two seconds the others too. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const forced = setTimeout(() => server.closeAllConnections(), 2_000);
    server.close(() => {
      clearTimeout(forced);
      resolve();
    });
    server.closeIdleConnections();
  });
}
