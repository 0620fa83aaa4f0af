import { describe, expect, it } from 'vitest';
import type { BlobStore } from '../../../../local/s3/blob-store.ts';
import { countingIds } from '../../../../local/s3/id-source.ts';
import { MemoryBlobStore } from '../../../../local/s3/memory-blob-store.ts';
import { S3Service, type S3ServiceOptions } from '../../../../local/s3/s3-service.ts';
import type { ServiceError } from '../../../../local/service.ts';
import { VirtualClock } from '../../../../local/virtual-clock.ts';

const context = { caller: { kind: 'operator' as const }, requestId: 'test' };
const Bucket = 'bucket';

async function service(options: Partial<S3ServiceOptions> = {}) {
  const clock = new VirtualClock();
  const s3 = new S3Service({
    clock,
    region: 'eu-central-1',
    accountId: '111122223333',
    ids: countingIds(),
    ...options,
  });
  const call = (operation: string, input: Record<string, unknown> = {}) =>
    s3.call(operation, { Bucket, ...input }, context);
  await call('CreateBucket');
  return { clock, s3, call };
}

const code = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: ServiceError) => `${error.httpStatus} ${error.name}`,
  );

describe('S3Service', () => {
  it('refuses what it does not do', async () => {
    const { call } = await service();
    expect(await code(call('SelectObjectContent'))).toBe('501 NotImplemented');
    expect(await code(call('PutObject', { Key: 'k', SSECustomerAlgorithm: 'AES256' }))).toBe('501 NotImplemented');
  });

  it('answers 403 for what is missing to who may not list', async () => {
    const { call } = await service({ mayList: (_, __, key) => key === 'listed' });
    expect(await code(call('GetObject', { Key: 'k' }))).toBe('403 AccessDenied');
    expect(await code(call('HeadObject', { Key: 'k' }))).toBe('403 Unknown');
    expect(await code(call('CopyObject', { Key: 'c', CopySource: `${Bucket}/k` }))).toBe('403 AccessDenied');
    expect(await code(call('GetObject', { Key: 'listed' }))).toBe('404 NoSuchKey');
  });

  it('refuses a copy in one request above the limit, and takes it in parts', async () => {
    const { call } = await service({ limits: { maxRequestBytes: 10, minPartBytes: 5 } });
    const { UploadId } = await call('CreateMultipartUpload', { Key: 'big' });
    const sent = { Key: 'big', UploadId };
    const { ETag: one } = await call('UploadPart', { ...sent, PartNumber: 1, Body: '0123456789' });
    const { ETag: two } = await call('UploadPart', { ...sent, PartNumber: 2, Body: 'x' });
    const Parts = [
      { PartNumber: 1, ETag: one },
      { PartNumber: 2, ETag: two },
    ];
    await call('CompleteMultipartUpload', { ...sent, MultipartUpload: { Parts } });
    expect(await code(call('CopyObject', { Key: 'c', CopySource: `${Bucket}/big` }))).toBe('400 InvalidRequest');
    const copy = await call('CreateMultipartUpload', { Key: 'c' });
    const part = { Key: 'c', UploadId: copy.UploadId, CopySource: `${Bucket}/big`, PartNumber: 1 };
    expect(await code(call('UploadPartCopy', part))).toBe('400 InvalidRequest');
    expect(await code(call('UploadPartCopy', { ...part, CopySourceRange: 'bytes=0-9' }))).toBe('done');
    expect(await code(call('PutObject', { Key: 'p', Body: '01234567890' }))).toBe('400 EntityTooLarge');
  });

  it('keeps blobs only while something names them', async () => {
    const blobs = new MemoryBlobStore();
    const { call } = await service({ blobs });
    const count = () => [...blobs.ids()].length;
    await call('PutObject', { Key: 'a', Body: 'one' });
    await call('CopyObject', { Key: 'b', CopySource: `${Bucket}/a` });
    expect(count()).toBe(1);
    await call('PutObject', { Key: 'a', Body: 'two' });
    expect(count()).toBe(2);
    await call('DeleteObject', { Key: 'b' });
    expect(count()).toBe(1);
    await code(call('PutObject', { Key: 'a', Body: 'three', IfNoneMatch: '*' }));
    await code(call('PutObject', { Key: 'a', Body: 'three', ChecksumCRC32: 'AAAAAA==' }));
    const { UploadId } = await call('CreateMultipartUpload', { Key: 'm' });
    await call('UploadPart', { Key: 'm', UploadId, PartNumber: 1, Body: 'part' });
    expect(count()).toBe(2);
    await call('AbortMultipartUpload', { Key: 'm', UploadId });
    expect(count()).toBe(1);
  });

  it('a source that is replaced while it is copied gives old bytes or new ones, never a mixture', async () => {
    const blobs = new MemoryBlobStore();
    let replace = async () => {};
    const slow: BlobStore = {
      create: (id) => blobs.create(id),
      read: (id, start, end) => blobs.read(id, start, end),
      delete: (id) => blobs.delete(id),
      ids: () => blobs.ids(),
    };
    const { call } = await service({
      blobs: {
        ...slow,
        read: (...range) => {
          void replace();
          return slow.read(...range);
        },
      },
    });
    await call('PutObject', { Key: 'k', Body: 'old' });
    replace = async () => {
      replace = async () => {};
      await call('PutObject', { Key: 'k', Body: 'new' });
    };
    await call('CopyObject', { Key: 'c', CopySource: `${Bucket}/k`, ChecksumAlgorithm: 'SHA256' });
    const { Body } = await call('GetObject', { Key: 'c' });
    expect(['old', 'new']).toContain(await (Body as { transformToString(): Promise<string> }).transformToString());
  });

  it('changes nothing when the journal refuses', async () => {
    const blobs = new MemoryBlobStore();
    let isFull = false;
    const journal = {
      append: () => {
        if (isFull) throw new Error('disk full');
      },
    };
    const { call } = await service({ blobs, journal });
    isFull = true;
    await expect(call('PutObject', { Key: 'k', Body: 'x' })).rejects.toThrow('disk full');
    isFull = false;
    expect(await code(call('GetObject', { Key: 'k' }))).toBe('404 NoSuchKey');
    expect([...blobs.ids()]).toEqual([]);
  });

  it('an ETag under KMS says nothing of the bytes', async () => {
    const { call } = await service();
    const kms = { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'key' };
    const plain = await call('PutObject', { Key: 'a', Body: 'x' });
    const first = await call('PutObject', { Key: 'b', Body: 'x', ...kms });
    const second = await call('PutObject', { Key: 'c', Body: 'x', ...kms });
    expect(new Set([plain.ETag, first.ETag, second.ETag]).size).toBe(3);
    await call('PutBucketEncryption', {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key' } }],
      },
    });
    expect(await call('PutObject', { Key: 'd', Body: 'x' })).toMatchObject(kms);
  });

  it('a version under retention cannot be deleted before its time, a marker may cover it', async () => {
    const { clock, call } = await service();
    const locked = { Bucket: 'locked', Key: 'k' };
    await call('CreateBucket', { Bucket: 'locked', ObjectLockEnabledForBucket: true });
    const { VersionId } = await call('PutObject', { ...locked, Body: 'x' });
    const until = (ms: number) => ({ Mode: 'COMPLIANCE', RetainUntilDate: new Date(clock.now() + ms) });
    await call('PutObjectRetention', { ...locked, VersionId, Retention: until(60_000) });
    expect(await code(call('DeleteObject', { ...locked, VersionId }))).toBe('403 AccessDenied');
    expect(await code(call('PutObjectRetention', { ...locked, VersionId, Retention: until(30_000) }))).toBe(
      '403 AccessDenied',
    );
    expect(await code(call('PutObjectRetention', { ...locked, VersionId, Retention: until(90_000) }))).toBe('done');
    expect(await code(call('DeleteObject', locked))).toBe('done');
    await clock.sleep(90_001);
    expect(await code(call('DeleteObject', { ...locked, VersionId }))).toBe('done');
  });

  it('takes its time from the clock, in whole seconds', async () => {
    const { clock, call } = await service();
    await clock.sleep(1_500);
    await call('PutObject', { Key: 'k', Body: 'x' });
    expect((await call('HeadObject', { Key: 'k' })).LastModified).toEqual(new Date(Date.UTC(2026, 0, 1, 0, 0, 1)));
  });
});
