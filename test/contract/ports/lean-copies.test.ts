import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CopyObjectCommand, CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from 'vitest';
import { LeanCopies } from '../../../lambdas/adapters/s3/lean-copies.ts';
import { s3ObjectStore } from '../../../lambdas/adapters/s3/object-store.ts';
import { systemClock } from '../../../local/clock.ts';
import { S3Service } from '../../../local/s3/s3-service.ts';
import { accountId, asOperator, overHttp } from '../s3/local-s3.ts';
import { objectStoreConformance } from './object-store-conformance.ts';

const BUCKET = 'versioned-bucket';
const UNVERSIONED = 'plain-bucket';
const MEGABYTE = 1024 ** 2;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** Counts the copies that reach the SDK. */
async function overLeanCopies() {
  const region = 'eu-west-1';
  const service = new S3Service({ clock: systemClock, region, accountId, limits: { minPartBytes: 1 } });
  const { s3, close } = await overHttp((operation, input) => service.call(operation, input, asOperator), { region });
  closing.push(close);
  const throughSdk: string[] = [];
  s3.middlewareStack.add(
    (next, context) => (args) => {
      throughSdk.push(String(context.commandName));
      return next(args);
    },
    { step: 'initialize' },
  );
  for (const Bucket of [BUCKET, UNVERSIONED]) await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
  const lean = new LeanCopies(s3, Date.now);
  // The first copy into a bucket is the SDK's; it fails, and that is enough to learn from.
  const first = new CopyObjectCommand({ Bucket: BUCKET, Key: 'first', CopySource: `${BUCKET}/none` });
  await expect(lean.send(first)).rejects.toMatchObject({ name: 'NoSuchKey' });
  const ids = { unique: () => 'unique', random: () => 0.1 };
  const sizes = { multipartFromBytes: 5 * MEGABYTE, partBytes: MEGABYTE };
  const store = s3ObjectStore({ s3: lean as unknown as S3Client, clock: systemClock, ids }, sizes);
  return { store, lean, throughSdk };
}

describe('an ObjectStore whose copies are signed by hand', () => {
  objectStoreConformance(async () => {
    const { store } = await overLeanCopies();
    const large = async (key: string) => {
      const size = 5 * MEGABYTE + 3;
      await store.put(BUCKET, key, Buffer.alloc(size, 7));
      return { size, etag: (await store.attributes(BUCKET, key))!.etag };
    };
    return { store, bucket: BUCKET, unversioned: UNVERSIONED, large };
  });

  it('takes the SDK for the first copy into a bucket only', async () => {
    const { store, throughSdk } = await overLeanCopies();
    await store.put(BUCKET, 'source', Buffer.from('hello'));
    const { etag } = (await store.attributes(BUCKET, 'source'))!;
    for (let i = 0; i < 3; i++) {
      const outcome = await store.copy({
        ...{ sourceBucket: BUCKET, sourceKey: 'source', sourceEtag: etag, size: 5 },
        ...{ bucket: BUCKET, key: `copy ${i}`, metadata: { session: 's1' } },
      });
      expect(outcome).toMatchObject({ decision: 'COPIED', versionId: expect.any(String) });
    }
    expect(throughSdk.filter((name) => name === 'CopyObjectCommand')).toHaveLength(1);
  });
});

const SECRET = 'secret/with+signs';
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** Signature Version 4 from the server's side: of what arrived, by the headers that it says are signed. */
function isSigned({ method, url = '', headers }: IncomingMessage): boolean {
  const match = /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)/.exec(
    headers.authorization ?? '',
  );
  const [, scope = '', signed = '', signature] = match ?? [];
  const [path, query = ''] = url.split('?') as [string, string?];
  const lines = signed.split(';').map((name) => `${name}:${headers[name]}\n`);
  const parameters = query.split('&').map((one) => (one === '' || one.includes('=') ? one : `${one}=`));
  const canonical = [
    method,
    path,
    parameters.sort().join('&'),
    lines.join(''),
    signed,
    headers['x-amz-content-sha256'],
  ];
  const digest = createHash('sha256').update(canonical.join('\n')).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>((last, part) => hmac(last, part), `AWS4${SECRET}`);
  const text = `AWS4-HMAC-SHA256\n${headers['x-amz-date']}\n${scope}\n${digest}`;
  const unsigned = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !signed.split(';').includes(name),
  );
  return unsigned.length === 0 && hmac(key, text).toString('hex') === signature;
}

describe('signing by hand', () => {
  const answers = async (body: string, status = 200) => {
    const seen: { isSigned: boolean; token: unknown }[] = [];
    const server = createServer((request, response) => {
      seen.push({ isSigned: isSigned(request), token: request.headers['x-amz-security-token'] });
      response.statusCode = status;
      response.end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    const s3 = new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'eu-west-1',
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'token=' },
      maxAttempts: 1,
    });
    return { lean: new LeanCopies(s3, Date.now), seen };
  };
  const copy = (Key: string) =>
    new CopyObjectCommand({
      ...{ Bucket: BUCKET, Key, CopySource: `${BUCKET}/a%20b`, CopySourceIfMatch: '"e"', IfNoneMatch: '*' },
      Metadata: { session: 's1' },
    });
  const DONE = '<?xml version="1.0"?><CopyObjectResult><ETag>&quot;e&quot;</ETag></CopyObjectResult>';

  it('is what the server computes, as of the SDK itself', async () => {
    const { lean, seen } = await answers(DONE);
    for (const key of ['plain', "o'b(c)!*", 'a b+c/ä/😀', 'x~y_z-.']) {
      expect(await lean.send(copy(key))).toMatchObject({ CopyObjectResult: { ETag: '"e"' } });
    }
    expect(seen).toEqual(Array(4).fill({ isSigned: true, token: 'token=' }));
  });

  it.each([
    ['200 with an error inside', 200, 'InternalError', 500],
    ['refused', 403, 'AccessDenied', 403],
    ['throttled', 503, 'SlowDown', 503],
  ])('%s is an error with its code', async (_, status, code, shown) => {
    const { lean } = await answers(
      `<?xml version="1.0"?><Error><Code>${code}</Code><Message>m</Message></Error>`,
      status,
    );
    await lean.send(copy('first')).catch(() => {});
    await expect(lean.send(copy('second'))).rejects.toMatchObject({ name: code, $metadata: { httpStatusCode: shown } });
  });
});
