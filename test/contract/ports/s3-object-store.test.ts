import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { s3ObjectStore } from '../../../lambdas/adapters/s3/object-store.ts';
import type { CopyRequest, ObjectStore } from '../../../lambdas/ports/object-store.ts';
import { InProcessClient } from '../../../local/in-process-client.ts';
import { S3Service } from '../../../local/s3/s3-service.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { FaultyClient, sdkError } from '../../support/faulty-client.ts';
import { objectStoreConformance } from './object-store-conformance.ts';

const BUCKET = 'versioned-bucket';
const UNVERSIONED = 'plain-bucket';
const MEGABYTE = 1024 ** 2;
const LARGE = 5 * MEGABYTE + 3;

interface Subject {
  readonly faults: FaultyClient;
  readonly s3: Pick<S3Client, 'send'>;
  readonly store: ObjectStore;
}

async function subject(options: { mayList?: boolean } = {}): Promise<Subject> {
  const clock = new VirtualClock();
  const service = new S3Service({
    ...{ clock, region: 'eu-west-1', accountId: '123456789012', limits: { minPartBytes: 1 } },
    mayList: () => options.mayList ?? true,
  });
  const caller = { caller: { kind: 'operator' as const }, requestId: 'test' };
  const s3 = new InProcessClient((operation, input) => service.call(operation, input, caller)) as unknown as S3Client;
  for (const Bucket of [BUCKET, UNVERSIONED]) await s3.send(new CreateBucketCommand({ Bucket }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await s3.send(new PutBucketVersioningCommand({ Bucket: BUCKET, VersioningConfiguration }));
  const faults = new FaultyClient(s3);
  const ids = { unique: () => 'unique', random: () => 0.5 };
  const sizes = { multipartFromBytes: 5 * MEGABYTE, partBytes: MEGABYTE };
  const store = s3ObjectStore({ s3: faults as unknown as S3Client, clock, ids }, sizes);
  return { faults, s3, store };
}

objectStoreConformance(async () => {
  const { store } = await subject();
  const large = async (key: string) => {
    await store.put(BUCKET, key, Buffer.alloc(LARGE, 7));
    const { etag } = (await store.attributes(BUCKET, key))!;
    return { size: LARGE, etag };
  };
  return { store, bucket: BUCKET, unversioned: UNVERSIONED, large };
});

describe('where the caller may not list a key, missing looks like refused', () => {
  it('and LIST decides', async () => {
    const { store } = await subject({ mayList: false });
    expect(await store.get(BUCKET, 'none', 10)).toBeUndefined();
    expect(await store.attributes(BUCKET, 'none')).toBeUndefined();
  });
});

describe('what fails or gets lost', () => {
  const copyRequest = async (store: ObjectStore, size = 5): Promise<CopyRequest> => {
    await store.put(BUCKET, 'source', Buffer.alloc(size, 1));
    const { etag } = (await store.attributes(BUCKET, 'source'))!;
    return {
      ...{ sourceBucket: BUCKET, sourceKey: 'source', sourceEtag: etag, size },
      ...{ bucket: BUCKET, key: 'copy', metadata: { session: 's1', 'source-etag': etag } },
    };
  };
  const slowDown = () => sdkError('SlowDown', 503, 'Please reduce your request rate.');
  const internal = () => sdkError('InternalError', 400, 'We encountered an internal error.');

  it('a copy whose answer is lost is known as ours and not made twice', async () => {
    const { store, faults } = await subject();
    const request = await copyRequest(store);
    faults.at('CopyObject', 1, { do: 'lose' });
    const outcome = await store.copy(request);
    const there = (await store.attributes(BUCKET, 'copy'))!;
    expect(outcome).toMatchObject({ decision: 'COPIED', etag: there.etag, checksum: there.checksum });
    expect(await Array.fromAsync(store.listVersions(BUCKET, 'copy'))).toHaveLength(1);
    faults.done();
  });

  it.each([
    ['throttled', slowDown()],
    ['200 with an error inside', internal()],
    ['conflict', sdkError('ConditionalRequestConflict', 409)],
  ])('a copy is tried again: %s', async (_, error) => {
    const { store, faults } = await subject();
    const request = await copyRequest(store);
    for (const call of [1, 2, 3]) faults.at('CopyObject', call, { do: 'fail', error });
    expect(await store.copy(request)).toMatchObject({ decision: 'COPIED' });
    expect(faults.counts.get('HeadObject')).toBe(1);
    faults.done();
  });

  it('throttled to every try, it is PlatformUnavailable; refused, PlatformRefused', async () => {
    const { store, faults } = await subject();
    for (let call = 1; call <= 8; call++) faults.at('PutObject', call, { do: 'fail', error: slowDown() });
    await expect(store.put(BUCKET, 'k', Buffer.alloc(1))).rejects.toMatchObject({ name: 'PlatformUnavailable' });
    faults.at('PutObject', 9, { do: 'fail', error: sdkError('AccessDenied', 403) });
    await expect(store.put(BUCKET, 'k', Buffer.alloc(1))).rejects.toMatchObject({ name: 'PlatformRefused' });
    expect(faults.counts.get('PutObject')).toBe(9);
    faults.done();
  });

  it('a copy without a checksum in its answer asks for it once', async () => {
    const { store, faults } = await subject();
    const request = await copyRequest(store);
    faults.at('CopyObject', 1, {
      do: 'answer',
      change: (answer) => ({ ...answer, CopyObjectResult: { ETag: '"x"' } }),
    });
    const { checksum } = (await store.attributes(BUCKET, 'source'))!;
    expect(await store.copy(request)).toMatchObject({ decision: 'COPIED', checksum });
    expect(faults.counts.get('HeadObject')).toBe(3);
    faults.done();
  });

  it('a source that is replaced, removed or refused between plan and copy is said to be', async () => {
    const { store, faults, s3 } = await subject();
    const request = await copyRequest(store);
    const replace = () => s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: 'other' }));
    const remove = () => s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'source' }));
    faults.at('CopyObject', 1, { do: 'fail', error: sdkError('AccessDenied', 403) });
    faults.at('HeadObject', 2, { do: 'fail', error: sdkError('Forbidden', 403) });
    expect(await store.copy(request)).toMatchObject({ decision: 'UNREADABLE' });
    faults.at('CopyObject', 2, { do: 'fail', error: sdkError('AccessDenied', 403) });
    await expect(store.copy(request)).rejects.toMatchObject({ name: 'PlatformRefused' });
    faults.at('CopyObject', 3, { do: 'before', act: replace });
    expect(await store.copy(request)).toEqual({ decision: 'CHANGED' });
    faults.at('CopyObject', 4, { do: 'before', act: remove });
    expect(await store.copy(request)).toEqual({ decision: 'MISSING' });
    expect(await Array.fromAsync(store.list(BUCKET, 'copy'))).toEqual([]);
    faults.done();
  });

  it('an archived storage class is unreadable', async () => {
    const { store, s3 } = await subject();
    const request = await copyRequest(store);
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: '12345', StorageClass: 'DEEP_ARCHIVE' }));
    const { etag } = (await store.attributes(BUCKET, 'source'))!;
    expect(await store.copy({ ...request, sourceEtag: etag })).toMatchObject({ decision: 'UNREADABLE' });
  });

  it.each([
    ['Create is lost', 'CreateMultipartUpload', { do: 'lose' }],
    ['a part is lost', 'UploadPartCopy', { do: 'lose' }],
    ['a part is throttled', 'UploadPartCopy', { do: 'fail', error: slowDown() }],
    ['Complete is lost', 'CompleteMultipartUpload', { do: 'lose' }],
    ['Complete has an error in its 200', 'CompleteMultipartUpload', { do: 'fail', error: internal() }],
    [
      'Complete conflicts',
      'CompleteMultipartUpload',
      { do: 'fail', error: sdkError('ConditionalRequestConflict', 409) },
    ],
  ] as const)('a copy in parts ends whole, with no upload left: %s', async (_, operation, fault) => {
    const { store, faults } = await subject();
    const request = await copyRequest(store, LARGE);
    faults.at(operation, 1, fault);
    expect(await store.copy(request)).toMatchObject({ decision: 'COPIED' });
    expect(await store.attributes(BUCKET, 'copy')).toMatchObject({ size: LARGE, metadata: request.metadata });
    expect(await Array.fromAsync(store.listUploads(BUCKET, ''))).toEqual([]);
    expect(await Array.fromAsync(store.listVersions(BUCKET, 'copy'))).toHaveLength(1);
    faults.done();
  });

  it('a source replaced between two parts makes no mixed object', async () => {
    const { store, faults, s3 } = await subject();
    const request = await copyRequest(store, LARGE);
    const replace = () =>
      s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'source', Body: Buffer.alloc(LARGE, 9) }));
    faults.at('UploadPartCopy', 3, { do: 'before', act: replace });
    expect(await store.copy(request)).toEqual({ decision: 'CHANGED' });
    expect(await Array.fromAsync(store.listUploads(BUCKET, ''))).toEqual([]);
    expect(await Array.fromAsync(store.list(BUCKET, 'copy'))).toEqual([]);
    faults.done();
  });

  it('puts whose answer is lost count as done', async () => {
    const { store, faults } = await subject();
    faults.at('PutObject', 1, { do: 'lose' });
    expect(await store.putOnce(BUCKET, 'k', Buffer.from('one'))).toEqual({ decision: 'CREATED' });
    const { etag } = (await store.get(BUCKET, 'k', 10))!;
    faults.at('PutObject', 3, { do: 'lose' });
    expect(await store.putIfMatch(BUCKET, 'k', Buffer.from('two'), etag)).toEqual({ decision: 'WRITTEN' });
    faults.done();
  });

  it.each([
    ['no token', (page: Record<string, unknown>) => ({ ...page, IsTruncated: true, NextContinuationToken: undefined })],
    [
      'backwards',
      (page: Record<string, unknown>) => ({ ...page, Contents: [...(page.Contents as unknown[])].reverse() }),
    ],
    [
      'no size',
      (page: Record<string, unknown>) => ({
        ...page,
        Contents: [{ ...(page.Contents as object[])[0], Size: undefined }],
      }),
    ],
  ])('a listing that may have lost keys is refused: %s', async (_, change) => {
    const { store, faults } = await subject();
    for (const key of ['a', 'b', 'c']) await store.put(BUCKET, key, Buffer.alloc(0));
    faults.at('ListObjectsV2', 1, { do: 'answer', change });
    await expect(Array.fromAsync(store.list(BUCKET, ''))).rejects.toMatchObject({ name: 'UnknownAnswer' });
    faults.done();
  });

  it('a body that breaks off is taken up where it broke', async () => {
    const { store, faults } = await subject();
    const whole = Buffer.from('0123456789');
    await store.put(BUCKET, 'k', whole);
    faults.at('GetObject', 1, {
      do: 'answer',
      change: (answer) => ({ ...answer, Body: broken(whole.subarray(0, 4)) }),
    });
    faults.at('GetObject', 2, {
      do: 'answer',
      change: (answer) => ({ ...answer, Body: broken(whole.subarray(4, 7)) }),
    });
    const pieces = await Array.fromAsync((await store.getStream(BUCKET, 'k'))!);
    expect(Buffer.concat(pieces).toString()).toBe('0123456789');
    faults.done();
  });

  it('versions that S3 was too busy to delete are deleted again', async () => {
    const { store, faults } = await subject();
    for (const key of ['a', 'b']) await store.put(BUCKET, key, Buffer.alloc(0));
    const versions = await Array.fromAsync(store.listVersions(BUCKET, ''));
    const [first] = versions;
    faults.at('DeleteObjects', 1, {
      do: 'answer',
      change: () => ({ Errors: [{ Key: first!.key, VersionId: first!.versionId, Code: 'InternalError' }] }),
    });
    expect(await store.deleteVersions(BUCKET, store.listVersions(BUCKET, ''))).toBe(2);
    expect(faults.counts.get('DeleteObjects')).toBe(2);
    faults.done();
  });
});

async function* broken(piece: Uint8Array): AsyncGenerator<Uint8Array> {
  yield piece;
  throw Object.assign(new Error('aborted'), { code: 'ECONNRESET' });
}
