import { AbortMultipartUploadCommand, DeleteObjectsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PlatformRefused, PlatformUnavailable } from '../../../core/errors/platform-errors.ts';
import type { ListedUpload } from '../../ports/object-store.ts';
import { describeSdkError, TRIES, verdictOf } from '../retry.ts';
import { get } from './read-objects.ts';
import { at, bareEtag, expected, isPreconditionFailed, retried, type S3World, s3Failure } from './s3-request.ts';

const putCommand = (bucket: string, key: string, bytes: Uint8Array, condition: object = {}) =>
  new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes, ChecksumAlgorithm: 'CRC64NVME', ...condition });

/** Does an object of these very bytes stand there? Then an earlier try of ours took effect, or somebody wrote the same. */
async function stands(world: S3World, bucket: string, key: string, bytes: Uint8Array) {
  const there = await get(world, bucket, key, Number.MAX_SAFE_INTEGER);
  if (there === undefined) return 'nothing';
  return Buffer.compare(there.bytes, bytes) === 0 ? 'same' : 'other';
}

export async function putOnce(world: S3World, bucket: string, key: string, bytes: Uint8Array) {
  const what = `PUT ${at(bucket, key)}`;
  for (let attempt = 1; ; attempt++) {
    try {
      await retried(world, () => world.s3.send(putCommand(bucket, key, bytes, { IfNoneMatch: '*' })));
      return { decision: 'CREATED' } as const;
    } catch (error) {
      if (!isPreconditionFailed(error)) throw s3Failure(error, what);
      const found = await stands(world, bucket, key, bytes);
      if (found === 'same') return { decision: 'CREATED' } as const;
      if (found === 'other') return { decision: 'EXISTS' } as const;
      // It was there and is gone: somebody cleans up here. A few more tries decide it.
      if (attempt >= 3) throw s3Failure(error, what);
    }
  }
}

export async function put(world: S3World, bucket: string, key: string, bytes: Uint8Array): Promise<void> {
  await expected(world, `PUT ${at(bucket, key)}`, () => world.s3.send(putCommand(bucket, key, bytes)));
}

export async function putIfMatch(world: S3World, bucket: string, key: string, bytes: Uint8Array, etag: string) {
  try {
    const IfMatch = `"${bareEtag(etag)}"`;
    await retried(world, () => world.s3.send(putCommand(bucket, key, bytes, { IfMatch })));
    return { decision: 'WRITTEN' } as const;
  } catch (error) {
    const { status, name } = describeSdkError(error);
    if (status !== 412 && !(status === 404 && name !== 'NoSuchBucket'))
      throw s3Failure(error, `PUT ${at(bucket, key)}`);
    const isOurs = (await stands(world, bucket, key, bytes)) === 'same';
    return { decision: isOurs ? 'WRITTEN' : 'CHANGED' } as const;
  }
}

type Doomed = { readonly key: string; readonly versionId: string };
const BATCH = 1_000;

export async function deleteVersions(world: S3World, bucket: string, versions: AsyncIterable<Doomed>): Promise<number> {
  let deleted = 0;
  let batch: Doomed[] = [];
  const flush = async () => {
    await deleteBatch(world, bucket, batch);
    deleted += batch.length;
    batch = [];
  };
  for await (const version of versions) {
    batch.push(version);
    if (batch.length === BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return deleted;
}

/** One DeleteObjects answers for each version by itself: what S3 was too busy for is asked again. */
async function deleteBatch(world: S3World, bucket: string, batch: readonly Doomed[]): Promise<void> {
  let left = batch;
  for (let attempt = 1; left.length > 0; attempt++) {
    const what = `DELETE ${left.length} versions, first ${at(bucket, left[0]!.key)}`;
    const command = new DeleteObjectsCommand({
      Bucket: bucket,
      ChecksumAlgorithm: 'CRC64NVME',
      Delete: { Quiet: true, Objects: left.map(({ key, versionId }) => ({ Key: key, VersionId: versionId })) },
    });
    const answer = await expected(world, what, () => world.s3.send(command));
    const failed = (answer.Errors ?? []).filter(({ Code }) => Code !== 'NoSuchVersion' && Code !== 'NoSuchKey');
    const final = failed.find(({ Code }) => verdictOf({ name: Code }) === 'final');
    if (final) {
      throw new PlatformRefused(
        `DELETE ${at(bucket, final.Key ?? '')}: ${final.Code}: ${final.Message}`,
        'check policies and locks',
        {
          key: final.Key,
          code: final.Code,
        },
      );
    }
    if (failed.length > 0 && attempt >= TRIES) {
      throw new PlatformUnavailable(`${what}: ${failed[0]!.Code} to every try`, 'start it again', { bucket });
    }
    if (failed.length > 0) await world.clock.sleep(world.ids.random() * Math.min(10_000, 100 * 2 ** attempt));
    left = failed.map(({ Key, VersionId }) => ({ key: Key ?? '', versionId: VersionId ?? 'null' }));
  }
}

export async function abortUploads(
  world: S3World,
  bucket: string,
  uploads: AsyncIterable<ListedUpload>,
): Promise<number> {
  let aborted = 0;
  for await (const upload of uploads) {
    await abortUpload(world, bucket, upload);
    aborted++;
  }
  return aborted;
}

/** Idempotent: an upload that is gone was aborted or completed. */
export async function abortUpload(world: S3World, bucket: string, { key, uploadId }: ListedUpload): Promise<void> {
  try {
    await retried(world, () =>
      world.s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId })),
    );
  } catch (error) {
    if (describeSdkError(error).name !== 'NoSuchUpload') throw s3Failure(error, `abort upload of ${at(bucket, key)}`);
  }
}
