import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { CopyOutcome, CopyRequest } from '../../ports/object-store.ts';
import { describeSdkError, verdictOf } from '../retry.ts';
import { copyName, copySource, settleByDestination, settleRefusal } from './copy-settling.ts';
import { listUploads } from './list-objects.ts';
import { bareEtag, expected, isPreconditionFailed, retried, type S3World, s3Failure } from './s3-request.ts';
import { abortUpload } from './write-objects.ts';

const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 8;
const UPLOADS = 3;

/** Size of the parts, all equal but the last: an object of 5 TiB is 10,000 parts of 525 MiB, well under S3's 5 GiB. */
export const partSizeOf = (size: number, partBytes: number): number =>
  Math.max(partBytes, Math.ceil(size / MOST_PARTS));

type Part = { readonly ETag: string; readonly PartNumber: number; readonly ChecksumCRC64NVME?: string };
/** The upload cannot be finished; the next begins anew with all parts. */
type Failed = { readonly decision: 'NEW_UPLOAD' };

/** Copies in parts, each bound to the source's ETag, and completes under If-None-Match. Leaves no upload behind. */
export async function copyInParts(world: S3World, request: CopyRequest, partBytes: number): Promise<CopyOutcome> {
  try {
    for (let upload = 1; upload <= UPLOADS; upload++) {
      const outcome = await tryUpload(world, request, partBytes);
      if (outcome.decision !== 'NEW_UPLOAD') return outcome;
    }
    throw new UnknownAnswer(`${copyName(request)}: ${UPLOADS} uploads in turn were lost`, 'start it again');
  } finally {
    await abortLeftOvers(world, request);
  }
}

/**
 * Uploads of a lost CreateMultipartUpload answer, and of an earlier run of the same child. A run that is still at work
 * on this key meets NoSuchUpload, reads the key and compares (I10).
 */
async function abortLeftOvers(world: S3World, { bucket, key }: CopyRequest): Promise<void> {
  for await (const upload of listUploads(world, bucket, key)) {
    if (upload.key === key) await abortUpload(world, bucket, upload);
  }
}

async function tryUpload(world: S3World, request: CopyRequest, partBytes: number): Promise<CopyOutcome | Failed> {
  const { bucket: Bucket, key: Key } = request;
  const what = copyName(request);
  const create = new CreateMultipartUploadCommand({
    Bucket,
    Key,
    Metadata: { ...request.metadata },
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: 'CRC64NVME',
    ChecksumType: 'FULL_OBJECT',
  });
  const { UploadId } = await expected(world, what, () => world.s3.send(create));
  if (UploadId === undefined) throw new UnknownAnswer(`${what}: an upload without an id`, 'report this answer of S3');
  const copied = await copyParts(world, request, UploadId, partSizeOf(request.size, partBytes));
  if ('decision' in copied) return copied;
  const complete = new CompleteMultipartUploadCommand({
    Bucket,
    Key,
    UploadId,
    IfNoneMatch: '*',
    ChecksumType: 'FULL_OBJECT',
    MpuObjectSize: request.size,
    MultipartUpload: { Parts: [...copied.parts] },
  });
  try {
    // 409 asks for a new upload with all parts, so it is no "again" here.
    const answer = await retried(
      world,
      () => world.s3.send(complete),
      (error) => (describeSdkError(error).status === 409 ? 'final' : verdictOf(error)),
    );
    if (answer.ETag !== undefined && answer.ChecksumCRC64NVME !== undefined) {
      return {
        decision: 'COPIED',
        etag: bareEtag(answer.ETag),
        checksum: { algorithm: 'CRC64NVME', value: answer.ChecksumCRC64NVME },
        ...(answer.VersionId !== undefined && { versionId: answer.VersionId }),
      };
    }
    return (await settleByDestination(world, request)) ?? { decision: 'NEW_UPLOAD' };
  } catch (error) {
    const { name, status } = describeSdkError(error);
    if (status === 409) return { decision: 'NEW_UPLOAD' };
    // NoSuchUpload: an earlier try, whose answer was lost, completed it; or somebody aborted it.
    if (!isPreconditionFailed(error) && name !== 'NoSuchUpload') throw s3Failure(error, what);
    return (await settleByDestination(world, request)) ?? { decision: 'NEW_UPLOAD' };
  }
}

async function copyParts(
  world: S3World,
  request: CopyRequest,
  UploadId: string,
  partSize: number,
): Promise<CopyOutcome | Failed | { readonly parts: readonly Part[] }> {
  const count = Math.ceil(request.size / partSize);
  const parts: Part[] = new Array(count);
  let next = 0;
  let stopped: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (next < count && stopped === undefined) {
      const index = next++;
      try {
        parts[index] = await copyPart(world, request, UploadId, index, partSize);
      } catch (error) {
        stopped ??= { error };
      }
    }
  };
  // Every request has settled when this returns: none may outlive the handler (step-handler.ts).
  await Promise.all(Array.from({ length: Math.min(PARTS_AT_ONCE, count) }, worker));
  if (stopped === undefined) return { parts };
  const { error } = stopped;
  if (isPreconditionFailed(error)) return { decision: 'CHANGED' };
  if (describeSdkError(error).name === 'NoSuchUpload') {
    return (await settleByDestination(world, request)) ?? { decision: 'NEW_UPLOAD' };
  }
  return settleRefusal(world, request, error);
}

async function copyPart(
  world: S3World,
  request: CopyRequest,
  UploadId: string,
  index: number,
  partSize: number,
): Promise<Part> {
  const first = index * partSize;
  const last = Math.min(request.size, first + partSize) - 1;
  const command = new UploadPartCopyCommand({
    Bucket: request.bucket,
    Key: request.key,
    UploadId,
    PartNumber: index + 1,
    CopySource: copySource(request),
    CopySourceIfMatch: `"${request.sourceEtag}"`,
    CopySourceRange: `bytes=${first}-${last}`,
  });
  const { CopyPartResult: result } = await retried(world, () => world.s3.send(command));
  if (result?.ETag === undefined) {
    throw new UnknownAnswer(`${copyName(request)}: part ${index + 1} without ETag`, 'report this answer of S3');
  }
  const { ETag, ChecksumCRC64NVME } = result;
  return { ETag, PartNumber: index + 1, ...(ChecksumCRC64NVME !== undefined && { ChecksumCRC64NVME }) };
}
