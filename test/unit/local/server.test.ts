import { request } from 'node:http';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Cloud } from '../../../local/cloud.ts';
import { signedService } from '../../../local/http/signed-service.ts';
import type { Call } from '../../../local/hub.ts';
import { type CloudServer, startServer } from '../../../local/server.ts';

let cloud: Cloud;
let server: CloudServer;
beforeAll(async () => {
  cloud = new Cloud({ handlers: { Echo: async (event) => ({ event }), Fails: () => Promise.reject(new Error('no')) } });
  server = await startServer(cloud);
  for (const name of ['Echo', 'Fails']) {
    const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const sizes = { timeoutSeconds: 3, memoryMb: 128, version: '$LATEST' };
    cloud.functions.put({
      name,
      logicalId: name,
      arn,
      codeDir: '',
      handler: '',
      roleArn: 'r',
      environment: {},
      ...sizes,
    });
  }
  cloud.stacks.put({
    ...{ name: 'App', id: 'arn:app', description: 'a <b> & "c"', createdMs: 0, updatedMs: 0, parameters: {} },
    resources: [{ logicalId: 'T', type: 'AWS::SNS::Topic', physicalId: 'topic', attributes: {}, isRetained: false }],
    outputs: [{ key: 'Table', value: 'one' }],
  });
  cloud.ssm.put('/app/x', 'String', 'y');
});
afterAll(async () => {
  await server.close();
  await cloud.close();
});

const signed = (service: string, key = 'AKIAX') => ({
  authorization: `AWS4-HMAC-SHA256 Credential=${key}/20260101/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=0`,
});
const post = (service: string, body: string, headers: Record<string, string> = {}, path = '/') =>
  fetch(server.endpoint + path, { method: 'POST', body, headers: { ...signed(service), ...headers } });
const query = async (service: string, body: string) => {
  const answer = await post(service, body, { 'content-type': 'application/x-www-form-urlencoded' });
  return { status: answer.status, text: await answer.text() };
};
const json = async (service: string, target: string, body: unknown) => {
  const answer = await post(service, JSON.stringify(body), { 'x-amz-target': target });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

describe('the one endpoint', () => {
  it('tells services apart by the scope of the signature', async () => {
    const seen: string[] = [];
    const stop = cloud.intercept((call: Call, next) => {
      seen.push(`${call.service} ${call.operation}`);
      return next(call);
    });
    const options = {
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'A', secretAccessKey: 'b' },
    };
    await new S3Client(options).send(new ListBucketsCommand({}));
    await new DynamoDBClient(options).send(new ListTablesCommand({}));
    await new SFNClient(options).send(new ListStateMachinesCommand({}));
    stop();
    expect(seen).toEqual(['s3 ListBuckets', 'dynamodb ListTables', 'states ListStateMachines']);
  });

  it.each([
    [{ headers: signed('states'), url: '/' }, 'states'],
    [{ headers: signed('monitoring'), url: '/' }, 'cloudwatch'],
    [{ headers: {}, url: '/b/k?X-Amz-Credential=K%2F20260101%2Fus-east-1%2Fs3%2Faws4_request' }, 's3'],
    [{ headers: { 'x-amz-target': 'DynamoDB_20120810.GetItem' }, url: '/' }, 'dynamodb'],
    [{ headers: {}, url: '/bucket/key' }, 's3'],
  ])('%j', (request, expected) => {
    expect(signedService(request)).toBe(expected);
  });

  it('speaks the Query protocol for stacks and identity', async () => {
    const stacks = await query('cloudformation', 'Action=DescribeStacks&Version=2010-05-15&StackName=App');
    expect(stacks.status).toBe(200);
    expect(stacks.text).toContain(
      '<Outputs><member><OutputKey>Table</OutputKey><OutputValue>one</OutputValue></member></Outputs>',
    );
    expect(stacks.text).toContain('<Description>a &lt;b&gt; &amp; &quot;c&quot;</Description>');
    expect((await query('cloudformation', 'Action=DescribeStackResources&StackName=App')).text).toContain(
      '<PhysicalResourceId>topic</PhysicalResourceId>',
    );
    const missing = await query('cloudformation', 'Action=DescribeStacks&StackName=None');
    expect(missing).toEqual({ status: 400, text: expect.stringContaining('<Code>ValidationError</Code>') });
    expect((await query('sts', 'Action=GetCallerIdentity')).text).toContain('<Account>000000000000</Account>');
    expect((await query('sts', 'Action=AssumeRole')).text).toContain('not implemented here: sts AssumeRole');
  });

  it('speaks JSON for parameters', async () => {
    const found = await json('ssm', 'AmazonSSM.GetParameter', { Name: '/app/x' });
    expect(found.body).toMatchObject({ Parameter: { Value: 'y', Version: 1, LastModifiedDate: expect.any(Number) } });
    const missing = await json('ssm', 'AmazonSSM.GetParameter', { Name: '/app/z' });
    expect(missing).toMatchObject({ status: 400, body: { __type: 'ParameterNotFound' } });
  });

  it('invokes functions over REST', async () => {
    const answer = await post('lambda', '{"a":1}', {}, '/2015-03-31/functions/Echo/invocations');
    expect([answer.status, await answer.json(), answer.headers.get('x-amz-executed-version')]).toEqual([
      200,
      { event: { a: 1 } },
      '$LATEST',
    ]);
    const failed = await post('lambda', '', {}, '/2015-03-31/functions/Fails/invocations');
    expect(failed.headers.get('x-amz-function-error')).toBe('Unhandled');
    expect(await failed.json()).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
    const none = await post('lambda', '', {}, '/2015-03-31/functions/None/invocations');
    expect([none.status, none.headers.get('x-amzn-errortype')]).toEqual([404, 'ResourceNotFoundException']);
    const list = await fetch(`${server.endpoint}/2015-03-31/functions/`, { headers: signed('lambda') });
    expect(await list.json()).toMatchObject({ Functions: [{ FunctionName: 'Echo' }, { FunctionName: 'Fails' }] });
    const bad = await post('lambda', '{', {}, '/2015-03-31/functions/Echo/invocations');
    expect(bad.headers.get('x-amzn-errortype')).toBe('InvalidRequestContentException');
  });

  it('says in the protocol of the caller what is not implemented', async () => {
    expect(await json('glue', 'AWSGlue.GetTables', {})).toEqual({
      status: 501,
      body: { __type: 'NotImplemented', message: 'not implemented here: the service glue' },
    });
    expect((await query('ec2', 'Action=DescribeInstances')).text).toContain('not implemented here: the service ec2');
  });

  it.each([
    ['a page of another origin', { origin: 'https://evil.example' }],
    ['a page without origin', { origin: 'null' }],
    ['an image or form of a page', { 'sec-fetch-site': 'cross-site' }],
    ['a name that was pointed to this machine', { host: 'rebound.example:80' }],
  ])('does not serve %s', async (_, headers) => {
    const path =
      '/2015-03-31/functions/Echo/invocations?X-Amz-Credential=A%2F20260101%2Fus-east-1%2Flambda%2Faws4_request';
    const { port } = new URL(server.endpoint);
    const status = (more: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = request({ host: '127.0.0.1', port, path, method: 'POST', headers: more }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once('error', reject).end('{}');
      });
    expect(await status({ 'content-type': 'text/plain' })).toBe(200);
    expect(await status({ 'content-type': 'text/plain', ...headers })).toBe(403);
  });

  it('listens on the loopback alone', () => {
    expect(new URL(server.endpoint).hostname).toBe('127.0.0.1');
  });
});
