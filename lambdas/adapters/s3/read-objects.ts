import { GetObjectCommand, HeadBucketCommand, HeadObjectCommand } from '@aws-sdk/client-s3';
import { PlatformRefused, UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { ObjectAttributes, StoredObject } from '../../ports/object-store.ts';
import { describeSdkError, TRIES, verdictOf } from '../retry.ts';
import { findListed } from './list-objects.ts';
import { at, bareEtag, expected, isAbsence, retried, type S3World, s3Failure } from './s3-request.ts';

type Body = AsyncIterable<Uint8Array> & { destroy?: () => void };

/** `undefined` if the object is missing; absence is decided by LIST, whatever a GET or HEAD answered. */
async function unlessMissing<T>(
  world: S3World,
  bucket: string,
  key: string,
  what: string,
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await retried(world, call);
  } catch (error) {
    if (!isAbsence(error) || (await findListed(world, bucket, key)) !== undefined) throw s3Failure(error, what);
    return undefined;
  }
}

async function collect(body: Body, maxBytes: number, what: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > maxBytes) throw tooLarge(what, maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, size);
}

const tooLarge = (what: string, maxBytes: number) =>
  new UnknownAnswer(`${what}: more than ${maxBytes} bytes`, 'check that the object is what its key says', { maxBytes });

export async function get(
  world: S3World,
  bucket: string,
  key: string,
  maxBytes: number,
): Promise<StoredObject | undefined> {
  const what = `GET ${at(bucket, key)}`;
  return unlessMissing(world, bucket, key, what, async () => {
    const answer = await world.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const body = answer.Body as unknown as Body;
    if ((answer.ContentLength ?? 0) > maxBytes) {
      body.destroy?.();
      throw tooLarge(what, maxBytes);
    }
    return {
      bytes: await collect(body, maxBytes, what),
      etag: bareEtag(answer.ETag ?? ''),
      ...(answer.VersionId !== undefined && { versionId: answer.VersionId }),
      metadata: answer.Metadata ?? {},
    };
  });
}

export async function getRange(
  world: S3World,
  bucket: string,
  key: string,
  offset: number,
  length: number,
  ifMatch: string,
): Promise<Uint8Array> {
  const what = `GET ${at(bucket, key)} from byte ${offset}`;
  if (length === 0) return Buffer.alloc(0);
  const Range = `bytes=${offset}-${offset + length - 1}`;
  return expected(world, what, async () => {
    const answer = await world.s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, Range, IfMatch: `"${ifMatch}"` }),
    );
    const bytes = await collect(answer.Body as unknown as Body, length, what);
    if (bytes.length !== length) {
      throw new UnknownAnswer(`${what}: ${bytes.length} bytes instead of ${length}`, 'report this answer of S3');
    }
    return bytes;
  });
}

/** A connection that breaks in the middle is taken up again where it broke, for the same content (IfMatch). */
export async function getStream(
  world: S3World,
  bucket: string,
  key: string,
): Promise<AsyncIterable<Uint8Array> | undefined> {
  const what = `GET ${at(bucket, key)}`;
  const open = (offset: number, etag?: string) =>
    world.s3.send(
      new GetObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(offset > 0 && { Range: `bytes=${offset}-`, IfMatch: etag }),
      }),
    );
  const first = await unlessMissing(world, bucket, key, what, () => open(0));
  if (first === undefined) return undefined;
  return (async function* () {
    let body = first.Body as unknown as Body;
    let offset = 0;
    for (let tries = 1; ; tries++) {
      try {
        for await (const piece of body) {
          offset += piece.length;
          yield piece;
        }
        if (first.ContentLength === undefined || offset === first.ContentLength) return;
        throw Object.assign(new Error(`the body ended after ${offset} bytes`), { name: 'RequestTimeout' });
      } catch (error) {
        if (tries >= TRIES || verdictOf(error) === 'final') throw s3Failure(error, what);
      }
      if (offset === first.ContentLength) return;
      body = (await expected(world, what, () => open(offset, first.ETag))).Body as unknown as Body;
    }
  })();
}

export async function attributes(world: S3World, bucket: string, key: string): Promise<ObjectAttributes | undefined> {
  const what = `HEAD ${at(bucket, key)}`;
  const answer = await unlessMissing(world, bucket, key, what, () =>
    world.s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' })),
  );
  if (answer === undefined) return undefined;
  const { ContentLength, ETag, ChecksumCRC64NVME, ChecksumType, VersionId } = answer;
  if (ContentLength === undefined || ETag === undefined) {
    throw new UnknownAnswer(`${what}: no size or no ETag`, 'report this answer of S3');
  }
  const isComparable = ChecksumCRC64NVME !== undefined && ChecksumType !== 'COMPOSITE';
  return {
    size: ContentLength,
    etag: bareEtag(ETag),
    ...(isComparable && { checksum: { algorithm: 'CRC64NVME', value: ChecksumCRC64NVME } }),
    ...(VersionId !== undefined && { versionId: VersionId }),
    metadata: answer.Metadata ?? {},
  };
}

export async function bucketRegion(world: S3World, bucket: string): Promise<string | undefined> {
  const what = `HEAD s3://${bucket}`;
  try {
    const answer = await retried(world, () => world.s3.send(new HeadBucketCommand({ Bucket: bucket })));
    if (answer.BucketRegion !== undefined) return answer.BucketRegion;
    throw new UnknownAnswer(`${what}: no Region`, 'report this answer of S3');
  } catch (error) {
    const { status } = describeSdkError(error);
    if (status === 404) return undefined;
    // A bucket of another Region answers 301 (or 403, or 400 to HEAD) and names its Region in a header.
    const header = (error as { $response?: { headers?: Record<string, string> } }).$response?.headers;
    const region = header?.['x-amz-bucket-region'];
    if (region !== undefined && status !== 403) return region;
    if (status === 403) {
      throw new PlatformRefused(`${what}: no right to look at the bucket`, 'check the bucket name and the policies', {
        bucket,
      });
    }
    throw s3Failure(error, what);
  }
}
