import { request } from 'node:http';
import { CompleteMultipartUploadCommand, CopyObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessKeyOf } from '../../../../local/s3/http/access-key.ts';
import { insideOkResponse } from '../../../../local/s3/http/rest-error.ts';
import { ServiceError } from '../../../../local/service.ts';
import { asOperator, newS3Service, overHttp } from '../../../contract/s3/local-s3.ts';

const Bucket = 'bucket';

describe('s3HttpHandler', () => {
  const service = newS3Service();
  let faults: Record<string, Error> = {};
  let server: Awaited<ReturnType<typeof overHttp>>;
  beforeEach(async () => {
    faults = {};
    server = await overHttp(async (operation, input) => {
      if (faults[operation]) throw faults[operation];
      return service.call(operation, input, asOperator);
    });
    await service.call('CreateBucket', { Bucket }, asOperator).catch(() => {});
  });
  afterEach(() => server.close());

  const raw = (method: string, path: string, headers: Record<string, string | number> = {}, body = '') =>
    new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
      const sent = request(`${server.endpoint}${path}`, { method, headers }, async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers });
      });
      sent.on('error', reject).end(body);
    });

  it('takes the bucket from the host, and spaces and percents from the path', async () => {
    const host = `${Bucket}.s3.eu-central-1.amazonaws.com`;
    expect((await raw('PUT', '/a%20b%252C+c', { host }, 'hosted')).status).toBe(200);
    expect((await raw('GET', `/${Bucket}/a%20b%252C%2Bc`)).text).toBe('hosted');
    expect((await raw('GET', `/${Bucket}/%zz`)).status).toBe(400);
  });

  it('decodes signed chunks, with and without trailers, and refuses torn ones', async () => {
    const chunked = (body: string, more: Record<string, string> = {}) =>
      raw(
        'PUT',
        `/${Bucket}/chunked`,
        {
          'content-encoding': 'aws-chunked,gzip',
          'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
          'x-amz-decoded-content-length': '9',
          ...more,
        },
        body,
      );
    const nine = '4;chunk-signature=aa\r\n1234\r\n5;chunk-signature=bb\r\n56789\r\n0;chunk-signature=cc\r\n';
    expect((await chunked(`${nine}\r\n`)).status).toBe(200);
    const got = await raw('GET', `/${Bucket}/chunked`);
    expect(got.text).toBe('123456789');
    expect(got.headers['content-encoding']).toBe('gzip');
    const trailer = { 'x-amz-trailer': 'x-amz-checksum-crc32c' };
    expect((await chunked(`${nine}x-amz-checksum-crc32c:4waSgw==\r\n\r\n`, trailer)).status).toBe(200);
    expect((await chunked(`${nine}x-amz-checksum-crc32c:AAAAAA==\r\n\r\n`, trailer)).text).toContain('BadDigest');
    expect((await chunked(nine.slice(0, 40))).text).toContain('IncompleteBody');
    expect((await chunked('zz\r\n')).text).toContain('IncompleteBody');
    expect((await chunked(`${nine}\r\n`, { 'x-amz-decoded-content-length': '8' })).text).toContain('IncompleteBody');
  });

  it('answers Expect: 100-continue', async () => {
    const headers = { expect: '100-continue', 'content-length': 2 };
    expect((await raw('PUT', `/${Bucket}/expected`, headers, 'ok')).status).toBe(200);
  });

  it('refuses XML that is none, and deletes without a checksum', async () => {
    expect((await raw('POST', `/${Bucket}?delete`, {}, '<Delete/>')).text).toContain('InvalidRequest');
    expect((await raw('PUT', `/${Bucket}?versioning`, {}, '<a><b></a>')).text).toContain('MalformedXML');
    const deep = '<a>'.repeat(100_000);
    expect((await raw('PUT', `/${Bucket}?versioning`, {}, deep)).text).toContain('MalformedXML');
  });

  it('says what it does not do', async () => {
    expect((await raw('GET', `/${Bucket}?acl`)).status).toBe(501);
    expect((await raw('PATCH', `/${Bucket}/k`)).status).toBe(405);
  });

  it('an error inside a 200 is an error to the SDK', async () => {
    faults.CopyObject = insideOkResponse('InternalError', 'We encountered an internal error.');
    faults.CompleteMultipartUpload = faults.CopyObject;
    const copy = new CopyObjectCommand({ Bucket, Key: 'c', CopySource: `${Bucket}/k` });
    await expect(server.s3.send(copy)).rejects.toThrow(expect.objectContaining({ name: 'InternalError' }));
    const complete = new CompleteMultipartUploadCommand({ Bucket, Key: 'c', UploadId: 'u' });
    await expect(server.s3.send(complete)).rejects.toThrow(expect.objectContaining({ name: 'InternalError' }));
    expect((await raw('PUT', `/${Bucket}/c`, { 'x-amz-copy-source': 'b/k' })).status).toBe(200);
  });

  it('an injected conflict arrives as a 409', async () => {
    faults.PutObject = new ServiceError('ConditionalRequestConflict', 'conflict', 409);
    const answer = await raw('PUT', `/${Bucket}/k`, { 'if-none-match': '*' }, 'x');
    expect(answer).toMatchObject({
      status: 409,
      text: expect.stringContaining('<Code>ConditionalRequestConflict</Code>'),
    });
  });
});

describe('accessKeyOf', () => {
  it.each([
    [
      { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/r/s3/aws4_request, Signature=x' } },
      'AKID',
    ],
    [{ headers: {}, url: '/b/k?X-Amz-Credential=AKID%2F20260101%2Fr%2Fs3' }, 'AKID'],
    [{ headers: {}, url: '/b/k' }, undefined],
  ])('%j', (signed, key) => expect(accessKeyOf(signed)).toBe(key));
});
