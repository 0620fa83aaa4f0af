import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { expectRefused, refusal, type S3Subject } from './s3-subject.ts';

export const oddKeys = [
  'plain/key.txt',
  'with space/and more ',
  'a+b',
  'percent%2Cencoded',
  'table_$folder$',
  'ünïcode/日本語/😀',
  'quote\'"&<>',
  'tilde~!*()',
  'dots/../up/./here',
  '//double//slash/',
];

export function objects({ s3, bucket, accountId, check }: S3Subject): void {
  check('an object comes back as it was put: bytes, headers, metadata', async () => {
    const Bucket = await bucket();
    const put = await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'k',
        Body: 'hello',
        ContentType: 'text/plain',
        CacheControl: 'no-store',
        Metadata: { Session: 'backup_1' },
      }),
    );
    expect(put.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"');
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({
      ContentLength: 5,
      ContentType: 'text/plain',
      CacheControl: 'no-store',
      ETag: put.ETag,
      Metadata: { session: 'backup_1' },
      AcceptRanges: 'bytes',
    });
    expect(got.LastModified?.getMilliseconds()).toBe(0);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
    expect(head).toMatchObject({ ContentLength: 5, ETag: put.ETag, Metadata: { session: 'backup_1' } });
  });

  check('bodies may be text, bytes and streams, and empty', async () => {
    const Bucket = await bucket();
    const bytes = new Uint8Array([0, 255, 10, 13]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'bytes', Body: bytes }));
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'stream',
        Body: Readable.from([Buffer.from('ab'), Buffer.from('c')]),
        ContentLength: 3,
      }),
    );
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty' }));
    const read = async (Key: string) =>
      (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToByteArray();
    expect([...(await read('bytes'))]).toEqual([...bytes]);
    expect(Buffer.from(await read('stream')).toString()).toBe('abc');
    expect((await read('empty')).length).toBe(0);
  });

  check('keys of any spelling are kept apart', async () => {
    const Bucket = await bucket();
    for (const Key of oddKeys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    for (const Key of oddKeys) {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body?.transformToString()).toBe(Key);
    }
    const deleted = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: oddKeys.map((Key) => ({ Key })) } }),
    );
    expect(new Set(deleted.Deleted?.map(({ Key }) => Key))).toEqual(new Set(oddKeys));
    for (const Key of oddKeys) await expectRefused(s3.send(new HeadObjectCommand({ Bucket, Key })), 'NotFound', 404);
  });

  check('a key of 1,024 bytes is taken, one of 1,025 is not', async () => {
    const Bucket = await bucket();
    const Key = 'ü'.repeat(512);
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    await expectRefused(s3.send(new PutObjectCommand({ Bucket, Key: `${Key}x`, Body: 'x' })), 'KeyTooLongError', 400);
  });

  check('ranges: inside, open, from the end, past the end', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '0123456789' }));
    const range = async (Range: string) => {
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
      return [await got.Body?.transformToString(), got.ContentRange, got.ContentLength];
    };
    expect(await range('bytes=2-4')).toEqual(['234', 'bytes 2-4/10', 3]);
    expect(await range('bytes=7-')).toEqual(['789', 'bytes 7-9/10', 3]);
    expect(await range('bytes=-2')).toEqual(['89', 'bytes 8-9/10', 2]);
    expect(await range('bytes=8-100')).toEqual(['89', 'bytes 8-9/10', 2]);
    await expectRefused(range('bytes=10-11'), 'InvalidRange', 416);
  });

  check('what is not there: NoSuchKey, NotFound, NoSuchBucket', async () => {
    const Bucket = await bucket();
    await expectRefused(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), 'NoSuchKey', 404);
    await expectRefused(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })), 'NotFound', 404);
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket: `${Bucket}-no`, Key: 'k', Body: 'x' })),
      'NoSuchBucket',
      404,
    );
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
  });

  check('reads with If-Match and If-None-Match', async () => {
    const Bucket = await bucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', IfMatch: ETag }));
    await expectRefused(
      s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfMatch: '"other"' })),
      'PreconditionFailed',
      412,
    );
    expect((await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfNoneMatch: ETag })))).status).toBe(304);
    expect((await refusal(s3.send(new HeadObjectCommand({ Bucket, Key: 'k', IfMatch: '"other"' })))).status).toBe(412);
  });

  check('another owner than expected is AccessDenied', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ExpectedBucketOwner: accountId() }));
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', ExpectedBucketOwner: '999999999999' })),
      'AccessDenied',
      403,
    );
  });

  check('GetObjectAttributes names ETag, checksum, size and class', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'hello', ChecksumAlgorithm: 'CRC64NVME' }));
    const attributes = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: 'k',
        ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass'],
      }),
    );
    expect(attributes).toMatchObject({
      ETag: '5d41402abc4b2a76b9719d911017c592',
      Checksum: { ChecksumCRC64NVME: 'M3eFcAZSQlc=', ChecksumType: 'FULL_OBJECT' },
      ObjectSize: 5,
      StorageClass: 'STANDARD',
    });
  });

  check('tags are put, read and counted', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=1&b=two%20words' }));
    const tags = async () => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet;
    expect(await tags()).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: 'two words' },
    ]);
    await s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet: [{ Key: 'c', Value: '' }] } }));
    expect(await tags()).toEqual([{ Key: 'c', Value: '' }]);
    expect((await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }))).TagCount).toBe(1);
  });

  check('bytes of an archived class cannot be read', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', StorageClass: 'GLACIER' }));
    await expectRefused(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), 'InvalidObjectState', 403);
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).StorageClass).toBe('GLACIER');
    await expectRefused(
      s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', StorageClass: 'COLD' as 'GLACIER' })),
      'InvalidStorageClass',
      400,
    );
  });

  check('at most 1,000 deletes a request', async () => {
    const Bucket = await bucket();
    const Objects = Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}` }));
    await expectRefused(s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } })), 'MalformedXML', 400);
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: Objects.slice(1) } }));
    expect(answer.Deleted?.length).toBe(1000);
  });
}
