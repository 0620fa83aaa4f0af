import {
  CopyObjectCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { copySource } from './copies.ts';
import { expectRefused, refusal, type S3Subject } from './s3-subject.ts';

export function versions({ s3, bucket, check }: S3Subject): void {
  const put = async (Bucket: string, Key: string, Body: string) =>
    (await s3.send(new PutObjectCommand({ Bucket, Key, Body }))).VersionId;
  const text = async (Bucket: string, Key: string, VersionId?: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, VersionId }))).Body?.transformToString();
  const list = async (input: ListObjectVersionsCommandInput) => {
    const seen: string[] = [];
    for (let markers = {}, pages = 0; pages < 50; pages++) {
      const page = await s3.send(new ListObjectVersionsCommand({ ...input, ...markers }));
      for (const { Key, VersionId } of page.Versions ?? []) seen.push(`${Key} ${VersionId}`);
      for (const { Key, VersionId } of page.DeleteMarkers ?? []) seen.push(`${Key} marker ${VersionId}`);
      if (!page.IsTruncated) break;
      markers = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
    }
    return seen;
  };

  check('every version is kept and readable', async () => {
    const Bucket = await bucket({ versioning: true });
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled');
    const one = await put(Bucket, 'k', 'one');
    const two = await put(Bucket, 'k', 'two');
    expect(one).not.toBe(two);
    expect(await text(Bucket, 'k')).toBe('two');
    expect(await text(Bucket, 'k', one)).toBe('one');
    await expectRefused(s3.send(new GetObjectCommand({ Bucket, Key: 'none', VersionId: one })), 'NoSuchVersion', 404);
  });

  check('a delete leaves a marker; deleting the marker brings the object back', async () => {
    const Bucket = await bucket({ versioning: true });
    const one = await put(Bucket, 'k', 'one');
    const { DeleteMarker, VersionId } = await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(DeleteMarker).toBe(true);
    await expectRefused(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), 'NoSuchKey', 404);
    expect((await refusal(s3.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId })))).status).toBe(405);
    expect((await s3.send(new ListObjectsV2Command({ Bucket }))).Contents).toBeUndefined();
    expect(await list({ Bucket })).toEqual([`k ${one}`, `k marker ${VersionId}`]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId }));
    expect(await text(Bucket, 'k')).toBe('one');
  });

  check('deletes by version leave nothing', async () => {
    const Bucket = await bucket({ versioning: true });
    await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect((await refusal(s3.send(new DeleteBucketCommand({ Bucket })))).name).toBe('BucketNotEmpty');
    const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
    const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
    expect(Objects.length).toBe(3);
    const answer = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(answer.Errors).toBeUndefined();
    expect(await list({ Bucket })).toEqual([]);
    await s3.send(new DeleteBucketCommand({ Bucket }));
  });

  check('an older version copied onto its key is current again', async () => {
    const Bucket = await bucket({ versioning: true });
    const one = await put(Bucket, 'k', 'one');
    await put(Bucket, 'k', 'two');
    const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'k', CopySource: copySource(Bucket, 'k', one) }));
    expect(copied.CopySourceVersionId).toBe(one);
    expect(await text(Bucket, 'k')).toBe('one');
  });

  check('versions list newest first, the latest is named, pages cut anywhere', async () => {
    const Bucket = await bucket({ versioning: true });
    const made: string[] = [];
    for (const key of ['a', 'b', 'c']) {
      const older = [];
      for (const body of ['1', '2', '3']) older.unshift(`${key} ${await put(Bucket, key, body)}`);
      made.push(...older);
    }
    for (const MaxKeys of [1, 2, 3, 4, 9, 10]) expect(await list({ Bucket, MaxKeys })).toEqual(made);
    expect(await list({ Bucket, Prefix: 'b' })).toEqual(made.slice(3, 6));
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'a' }));
    expect(Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false, false]);
  });

  check('null versions: of a bucket before, and while versioning is suspended', async () => {
    const Bucket = await bucket();
    expect(await put(Bucket, 'k', 'before')).toBeUndefined();
    const set = (Status: 'Enabled' | 'Suspended') =>
      s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
    await set('Enabled');
    const one = await put(Bucket, 'k', 'one');
    expect(await text(Bucket, 'k', 'null')).toBe('before');
    await set('Suspended');
    await put(Bucket, 'k', 'suspended');
    expect(await text(Bucket, 'k', 'null')).toBe('suspended');
    expect(await list({ Bucket })).toEqual(['k null', `k ${one}`]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    expect(await list({ Bucket })).toEqual([`k ${one}`, 'k marker null']);
  });

  check('a delimiter rolls versions up', async () => {
    const Bucket = await bucket({ versioning: true });
    for (const key of ['a/1', 'a/1', 'b']) await put(Bucket, key, 'x');
    const page = await s3.send(new ListObjectVersionsCommand({ Bucket, Delimiter: '/' }));
    expect(page.CommonPrefixes).toEqual([{ Prefix: 'a/' }]);
    expect(page.Versions?.map(({ Key }) => Key)).toEqual(['b']);
  });
}
