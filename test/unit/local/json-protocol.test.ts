import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { dynamoDbHandler } from '../../../local/dynamodb/http.ts';
import { dateFromWire, type JsonHandlerOptions, jsonRpcHandler } from '../../../local/json-protocol.ts';
import { ServiceError } from '../../../local/service.ts';

let server: Server | undefined;
afterEach(() => server?.close());

async function serve(handler: ReturnType<typeof jsonRpcHandler>) {
  server = createServer((request, response) => void handler(request, response));
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return async (target: string, body: string, method = 'POST') => {
    const response = await fetch(url, {
      method,
      headers: { 'x-amz-target': target },
      ...(method === 'POST' ? { body } : {}),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: JSON.parse(text) as Record<string, unknown>,
    };
  };
}

const states = (call: JsonHandlerOptions['call'], more: Partial<JsonHandlerOptions> = {}) =>
  jsonRpcHandler({ protocol: { targetPrefix: 'AWSStepFunctions' }, call, ...more });

describe('jsonRpcHandler', () => {
  it('hands the operation, its input and its caller on, and answers bytes and dates in wire form', async () => {
    const seen: unknown[] = [];
    const post = await serve(
      states(
        async (operation, input, context) => {
          seen.push(operation, input, context.caller);
          return { startDate: new Date(1_500), blob: Uint8Array.of(1, 2), nothing: undefined, list: [new Date(0)] };
        },
        { callerOf: () => ({ kind: 'role', roleArn: 'arn:role' }) },
      ),
    );
    const answer = await post('AWSStepFunctions.StartExecution', '{"name":"x"}');
    expect(seen).toEqual(['StartExecution', { name: 'x' }, { kind: 'role', roleArn: 'arn:role' }]);
    expect(answer.json).toEqual({ startDate: 1.5, blob: 'AQI=', list: [0] });
    expect(answer.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers errors with their type and fields', async () => {
    const post = await serve(
      states(async () => {
        throw new ServiceError('ExecutionDoesNotExist', 'none', 400, { arn: 'x' });
      }),
    );
    const answer = await post('AWSStepFunctions.DescribeExecution', '{}');
    expect([answer.status, answer.json]).toEqual([400, { __type: 'ExecutionDoesNotExist', message: 'none', arn: 'x' }]);
  });

  it('answers 500 for what is no error of the service', async () => {
    const post = await serve(states(() => Promise.reject(new TypeError('bug'))));
    const answer = await post('AWSStepFunctions.DescribeExecution', '{}');
    expect([answer.status, answer.json]).toEqual([500, { __type: 'InternalServerError', message: 'bug' }]);
  });

  it.each([
    ['DynamoDB_20120810.GetItem', '{}', 'UnknownOperationException'],
    ['AWSStepFunctions', '{}', 'UnknownOperationException'],
    ['AWSStepFunctions.../x', '{}', 'UnknownOperationException'],
    ['AWSStepFunctions.StartExecution', '{', 'SerializationException'],
    ['AWSStepFunctions.StartExecution', '[]', 'SerializationException'],
    ['AWSStepFunctions.StartExecution', '"x"', 'SerializationException'],
  ])('refuses %s with body %s', async (target, body, type) => {
    const post = await serve(states(async () => ({})));
    const answer = await post(target, body);
    expect([answer.status, answer.json.__type]).toEqual([400, type]);
  });

  it('refuses a body that is too long without keeping it', async () => {
    const post = await serve(states(async () => ({}), { maxBodyBytes: 10 }));
    const answer = await post('AWSStepFunctions.StartExecution', '{"name":"too long"}');
    expect([answer.status, answer.json.__type]).toEqual([413, 'RequestTooLargeException']);
  });
});

describe('dynamoDbHandler', () => {
  it('decodes bytes wherever attribute values stand, and nowhere else', async () => {
    let seen: unknown;
    const post = await serve(
      dynamoDbHandler({
        call: async (_, input) => {
          seen = input;
          return {};
        },
      }),
    );
    const value = { M: { b: { B: 'AQ==' }, l: { L: [{ BS: ['Ag=='] }] } } };
    const decoded = { M: { b: { B: Uint8Array.of(1) }, l: { L: [{ BS: [Uint8Array.of(2)] }] } } };
    await post(
      'DynamoDB_20120810.Any',
      JSON.stringify({
        Item: { v: value },
        TransactItems: [{ Update: { Key: { v: value }, ExpressionAttributeValues: { ':v': value } } }],
        RequestItems: { Item: { Keys: [{ v: value }] }, Key: [{ PutRequest: { Item: { v: value } } }] },
        Tags: [{ Key: 'B', Value: 'AQ==' }],
      }),
    );
    expect(seen).toEqual({
      Item: { v: decoded },
      TransactItems: [{ Update: { Key: { v: decoded }, ExpressionAttributeValues: { ':v': decoded } } }],
      RequestItems: { Item: { Keys: [{ v: decoded }] }, Key: [{ PutRequest: { Item: { v: decoded } } }] },
      Tags: [{ Key: 'B', Value: 'AQ==' }],
    });
  });

  it('checks its answers by CRC-32 and names errors by their shape', async () => {
    const post = await serve(
      dynamoDbHandler({ call: () => Promise.reject(new ServiceError('ResourceInUseException', 'no')) }),
    );
    const answer = await post('DynamoDB_20120810.CreateTable', '{}');
    expect(answer.json.__type).toBe('com.amazonaws.dynamodb.v20120810#ResourceInUseException');
    expect(answer.headers.get('x-amz-crc32')).toBe(String(crc32(answer.text)));
  });

  it('refuses base64 that is none', async () => {
    const post = await serve(dynamoDbHandler({ call: async () => ({}) }));
    const answer = await post('DynamoDB_20120810.PutItem', '{"Item":{"v":{"B":"A"}}}');
    expect(answer.json.__type).toMatch(/SerializationException$/);
  });
});

describe('dateFromWire', () => {
  it('reads seconds', () => {
    expect(dateFromWire(1.5)).toEqual(new Date(1500));
    expect(dateFromWire(undefined)).toBeUndefined();
    expect(() => dateFromWire('2026')).toThrow(ServiceError);
  });
});
