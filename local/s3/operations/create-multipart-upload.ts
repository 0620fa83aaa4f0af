import type { CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput } from '@aws-sdk/client-s3';
import { type ChecksumAlgorithm, type ChecksumType, hasFullObject } from '../checksum.ts';
import { type AttributesInput, attributesOf } from '../object-attributes.ts';
import { keyOf } from '../object-key.ts';
import { encryptionMembers } from '../object-members.ts';
import type { Upload } from '../object-version.ts';
import { refuseConditions } from '../preconditions.ts';
import { bucketOf, nowMs, type Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import { checksumAlgorithmOf } from '../stored-body.ts';

export const createMultipartUpload: Operation<
  CreateMultipartUploadCommandInput,
  Omit<CreateMultipartUploadCommandOutput, '$metadata'>
> = (s3, input) => {
  refuseConditions(input);
  const key = keyOf(input);
  const asked = checksumAlgorithmOf(input.ChecksumAlgorithm);
  const checksumType = checksumTypeOf(asked, input.ChecksumType);
  const upload: Upload = {
    ...attributesOf(bucketOf(s3, input), input as AttributesInput),
    uploadId: s3.ids.next('upload'),
    key,
    initiatedMs: nowMs(s3),
    checksumAlgorithm: asked ?? 'CRC64NVME',
    checksumType,
    isChecksumAsked: asked !== undefined,
  };
  s3.commit({ do: 'upload', bucket: input.Bucket!, upload });
  return {
    Bucket: input.Bucket,
    Key: key,
    UploadId: upload.uploadId,
    ...(asked && { ChecksumAlgorithm: asked, ChecksumType: checksumType }),
    ...encryptionMembers(upload.encryption),
  };
};

/** S3 user guide, "Checking object integrity": CRC64NVME is full object only, SHA sums are composite only. */
function checksumTypeOf(algorithm: ChecksumAlgorithm | undefined, type: string | undefined): ChecksumType {
  if (!algorithm || algorithm === 'CRC64NVME') {
    if (type === undefined || (type === 'FULL_OBJECT' && algorithm)) return 'FULL_OBJECT';
    if (!algorithm)
      throw s3Error.invalidRequest(
        'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
      );
    throw s3Error.invalidRequest(`The ${type} checksum type cannot be used with the crc64nvme checksum algorithm.`);
  }
  if (type === undefined || type === 'COMPOSITE') return 'COMPOSITE';
  if (type === 'FULL_OBJECT' && hasFullObject(algorithm)) return 'FULL_OBJECT';
  throw s3Error.invalidRequest(
    `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
  );
}
