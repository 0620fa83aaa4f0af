import {
  CopyObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { oddKeys } from './objects.ts';
import { expectRefused, type S3Subject } from './s3-subject.ts';

export const copySource = (bucket: string, key: string, versionId?: string): string =>
  `${bucket}/${encodeURIComponent(key)}${versionId === undefined ? '' : `?versionId=${encodeURIComponent(versionId)}`}`;

export function copies({ s3, bucket, accountId, check }: S3Subject): void {
  check('a copy has the bytes, headers, metadata and tags of its source', async () => {
    const [from, to] = [await bucket(), await bucket()];
    const put = await s3.send(
      new PutObjectCommand({
        Bucket: from,
        Key: 'k',
        Body: 'hello',
        ContentType: 'text/plain',
        Metadata: { a: '1' },
        Tagging: 't=1',
        ChecksumAlgorithm: 'CRC64NVME',
      }),
    );
    const { CopyObjectResult: result } = await s3.send(
      new CopyObjectCommand({ Bucket: to, Key: 'c', CopySource: copySource(from, 'k') }),
    );
    expect(result).toMatchObject({ ETag: put.ETag, ChecksumCRC64NVME: 'M3eFcAZSQlc=', ChecksumType: 'FULL_OBJECT' });
    expect(result?.LastModified).toBeInstanceOf(Date);
    const got = await s3.send(new GetObjectCommand({ Bucket: to, Key: 'c' }));
    expect(await got.Body?.transformToString()).toBe('hello');
    expect(got).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '1' }, TagCount: 1 });
  });

  check("directives replace metadata and tags; the class is the request's", async () => {
    const Bucket = await bucket();
    await s3.send(
      new PutObjectCommand({
        Bucket,
        Key: 'k',
        Body: 'x',
        Metadata: { a: '1' },
        Tagging: 't=1',
        StorageClass: 'STANDARD_IA',
      }),
    );
    const copy = (Key: string, more: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: copySource(Bucket, 'k'), ...more }));
    await copy('plain', { Metadata: { b: '2' }, Tagging: 'u=2' });
    await copy('replaced', {
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
      TaggingDirective: 'REPLACE',
      Tagging: 'u=2',
      StorageClass: 'GLACIER_IR',
    });
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
    const tags = async (Key: string) => (await s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet;
    expect(await head('plain')).toMatchObject({ Metadata: { a: '1' } });
    expect((await head('plain')).StorageClass).toBeUndefined();
    expect(await tags('plain')).toEqual([{ Key: 't', Value: '1' }]);
    expect(await head('replaced')).toMatchObject({ Metadata: { b: '2' }, StorageClass: 'GLACIER_IR' });
    expect(await tags('replaced')).toEqual([{ Key: 'u', Value: '2' }]);
  });

  check('sources of any spelling, encoded', async () => {
    const Bucket = await bucket();
    for (const Key of oddKeys) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: copySource(Bucket, Key) }));
      const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
      expect(await got.Body?.transformToString()).toBe(Key);
    }
  });

  check('a copy onto itself must change something', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Metadata: { a: '1' } }));
    const copy = (more: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: copySource(Bucket, 'k'), ...more }));
    await expectRefused(copy({}), 'InvalidRequest', 400);
    await copy({ MetadataDirective: 'REPLACE', Metadata: { a: '2' } });
    expect((await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }))).Metadata).toEqual({ a: '2' });
  });

  check('CopySourceIfMatch: the named object only', async () => {
    const Bucket = await bucket();
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    const copy = (CopySourceIfMatch: string | undefined) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: copySource(Bucket, 'k'), CopySourceIfMatch }));
    await copy(ETag);
    await expectRefused(copy('"other"'), 'PreconditionFailed', 412);
  });

  check('a missing source, another owner and an archived source are refused', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'cold', Body: 'x', StorageClass: 'DEEP_ARCHIVE' }));
    const copy = (Key: string, more: object = {}) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource: copySource(Bucket, Key), ...more }));
    await copy('k', { ExpectedBucketOwner: accountId(), ExpectedSourceBucketOwner: accountId() });
    await expectRefused(copy('none'), 'NoSuchKey', 404);
    await expectRefused(copy('k', { ExpectedSourceBucketOwner: '999999999999' }), 'AccessDenied', 403);
    await expectRefused(copy('cold'), 'InvalidObjectState', 403);
  });

  check('a checksum is computed when a copy asks for it', async () => {
    const Bucket = await bucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: '123456789', ChecksumAlgorithm: 'CRC32' }));
    const copy = async (Key: string, ChecksumAlgorithm?: 'CRC64NVME') =>
      (await s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: copySource(Bucket, 'k'), ChecksumAlgorithm })))
        .CopyObjectResult;
    expect(await copy('a', 'CRC64NVME')).toMatchObject({ ChecksumCRC64NVME: 'rosUhgp5mIg=' });
    expect(await copy('b')).toMatchObject({ ChecksumCRC32: 'y/Q5Jg==' });
  });
}
