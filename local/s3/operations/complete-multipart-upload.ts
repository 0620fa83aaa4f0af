import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../service.ts';
import {
  type Checksum,
  type ChecksumMembers,
  checksumMembers,
  compositeChecksum,
  fullObjectChecksum,
} from '../checksum.ts';
import { multipartEtag } from '../etag.ts';
import { uploadAt } from '../find-upload.ts';
import { encryptionMembers } from '../object-members.ts';
import type { ObjectData, StoredPart, Upload } from '../object-version.ts';
import { assertWritable, isNamed } from '../preconditions.ts';
import { putVersion } from '../put-version.ts';
import { bucketOf, type Operation, type S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import type { UploadState } from '../s3-state.ts';
import { sentChecksum } from '../stored-body.ts';

export const completeMultipartUpload: Operation<
  CompleteMultipartUploadCommandInput,
  Omit<CompleteMultipartUploadCommandOutput, '$metadata'>
> = async (s3, input) => {
  const state = uploadAt(s3, input);
  const { upload } = state;
  const parts = chosenParts(s3, state, input.MultipartUpload?.Parts ?? []);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== size) {
    throw s3Error.invalidRequest('The provided x-amz-mp-object-size header does not match what was computed.');
  }
  const checksum = await checksumOf(upload, parts);
  assertChecksum(input, checksum);
  // Summing took a turn: another request may have finished the upload or written the key.
  uploadAt(s3, input);
  assertWritable(input, upload.key, bucketOf(s3, input).keys.get(upload.key)?.[0]);
  const etag = multipartEtag(parts.map((part) => part.etag));
  const version = putVersion(
    s3,
    input.Bucket!,
    upload.key,
    objectOf(upload, parts, { etag, size, checksum }),
    upload.uploadId,
  );
  return {
    Bucket: input.Bucket,
    Key: upload.key,
    ETag: `"${etag}"`,
    Location: `https://${input.Bucket}.s3.${s3.region}.amazonaws.com/${encodeURIComponent(upload.key)}`,
    ...checksumMembers(checksum),
    ...encryptionMembers(upload.encryption),
    ...version,
  };
};

function objectOf(
  { headers, metadata, tags, storageClass, encryption, lock }: Upload,
  parts: readonly StoredPart[],
  whole: { etag: string; size: number; checksum: Checksum },
): Omit<ObjectData, 'kind' | 'versionId' | 'lastModifiedMs'> {
  return {
    ...{ headers, metadata, tags, storageClass, encryption, lock },
    ...whole,
    segments: parts.flatMap((part) => part.segments),
    parts: parts.map(({ number, size, checksum }) => ({ number, size, checksum })),
  };
}

const invalidPart = () =>
  new ServiceError(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
  );

/** The uploaded parts that the request lists, in its order, which must be ascending. */
function chosenParts(s3: S3Call, { upload, parts }: UploadState, listed: readonly CompletedPart[]): StoredPart[] {
  if (listed.length === 0)
    throw s3Error.malformed(
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  const chosen = listed.map((named, index) => {
    const part = parts.get(named.PartNumber ?? 0);
    if (index > 0 && (named.PartNumber ?? 0) <= (listed[index - 1]!.PartNumber ?? 0)) {
      throw new ServiceError(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
        400,
      );
    }
    if (!part || !isNamed(named.ETag ?? '', part.etag) || named.ETag === '*') throw invalidPart();
    assertPartChecksum(upload, named, part);
    return part;
  });
  for (const { size, number, etag } of chosen.slice(0, -1)) {
    if (size < s3.limits.minPartBytes) {
      throw new ServiceError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', 400, {
        ProposedSize: size,
        MinSizeAllowed: s3.limits.minPartBytes,
        PartNumber: number,
        ETag: etag,
      });
    }
  }
  return chosen;
}

function assertPartChecksum(upload: Upload, named: CompletedPart, part: StoredPart): void {
  const sent = sentChecksum(named as ChecksumMembers);
  if (sent && sent.algorithm === part.checksum?.algorithm && sent.value !== part.checksum.value) throw invalidPart();
  if (sent && upload.isChecksumAsked && sent.algorithm !== upload.checksumAlgorithm)
    throw s3Error.badDigest(sent.algorithm);
  if (!sent && upload.checksumType === 'COMPOSITE') {
    const algorithm = upload.checksumAlgorithm.toLowerCase();
    throw s3Error.invalidRequest(
      `The upload was created using a ${algorithm} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
}

function checksumOf(
  { checksumAlgorithm, checksumType }: Upload,
  parts: readonly StoredPart[],
): Promise<Checksum> | Checksum {
  const values = parts.map(({ checksum, size }) => ({ value: checksum!.value, size }));
  if (checksumType === 'FULL_OBJECT') return fullObjectChecksum(checksumAlgorithm, values);
  return compositeChecksum(
    checksumAlgorithm,
    values.map(({ value }) => value),
  );
}

function assertChecksum(input: CompleteMultipartUploadCommandInput, checksum: Checksum): void {
  if (input.ChecksumType !== undefined && input.ChecksumType !== checksum.type) {
    throw s3Error.invalidRequest(
      `The upload was created using the ${checksum.type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const sent = sentChecksum(input as ChecksumMembers);
  if (
    sent &&
    (sent.algorithm !== checksum.algorithm || sent.value.replace(/-\d+$/, '') !== checksum.value.replace(/-\d+$/, ''))
  ) {
    throw s3Error.badDigest(sent.algorithm);
  }
}
