import { CopyObjectCommand } from '@aws-sdk/client-s3';
import type { CopyOutcome, CopyRequest } from '../../ports/object-store.ts';
import { copyInParts } from './copy-in-parts.ts';
import { copyName, copySource, settleByDestination, settlePrecondition, settleRefusal } from './copy-settling.ts';
import { bareEtag, isPreconditionFailed, retried, type S3World, s3Failure } from './s3-request.ts';

/** One CopyObject of a large object can outlast socket and Lambda: from here on in parts (API, "CopyObject"). */
export interface CopySizes {
  readonly multipartFromBytes: number;
  /** Of a part; more where an object would have over 10,000. */
  readonly partBytes: number;
}

export const COPY_SIZES: CopySizes = { multipartFromBytes: 256 * 1024 ** 2, partBytes: 256 * 1024 ** 2 };

/** How often a copy is taken up again after answers that contradict one another. */
const ROUNDS = 3;

export async function copyObject(world: S3World, request: CopyRequest, sizes: CopySizes): Promise<CopyOutcome> {
  if (request.size >= sizes.multipartFromBytes) return copyInParts(world, request, sizes.partBytes);
  const command = new CopyObjectCommand({
    Bucket: request.bucket,
    Key: request.key,
    CopySource: copySource(request),
    CopySourceIfMatch: `"${request.sourceEtag}"`,
    IfNoneMatch: '*',
    ChecksumAlgorithm: 'CRC64NVME',
    MetadataDirective: 'REPLACE',
    Metadata: { ...request.metadata },
    TaggingDirective: 'REPLACE',
    StorageClass: 'STANDARD',
  });
  for (let round = 1; ; round++) {
    try {
      const { CopyObjectResult: result, VersionId } = await retried(world, () => world.s3.send(command));
      if (result?.ETag !== undefined && result.ChecksumCRC64NVME !== undefined) {
        return {
          decision: 'COPIED',
          etag: bareEtag(result.ETag),
          checksum: { algorithm: 'CRC64NVME', value: result.ChecksumCRC64NVME },
          ...(VersionId !== undefined && { versionId: VersionId }),
        };
      }
      // An answer without ETag or checksum: what stands there has them, if it was copied at all.
      const settled = await settleByDestination(world, request);
      if (settled) return settled;
      if (round === ROUNDS) throw s3Failure(new Error('an answer without ETag, and no object'), copyName(request));
    } catch (error) {
      if (!isPreconditionFailed(error)) return settleRefusal(world, request, error);
      const settled = await settlePrecondition(world, request);
      if (settled.decision !== 'AGAIN') return settled;
      if (round === ROUNDS) throw s3Failure(error, copyName(request));
    }
  }
}
