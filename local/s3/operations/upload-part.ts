import type {
  UploadPartCommandInput,
  UploadPartCommandOutput,
  UploadPartCopyCommandInput,
  UploadPartCopyCommandOutput,
} from '@aws-sdk/client-s3';
import { sliceSegments } from '../blob-store.ts';
import { type ChecksumAlgorithm, checksumMembers } from '../checksum.ts';
import { copiedData } from '../copied-data.ts';
import { sourceObject } from '../copy-source.ts';
import { etagOf } from '../etag.ts';
import { partNumberOf, uploadAt } from '../find-upload.ts';
import { encryptionMembers } from '../object-members.ts';
import type { ObjectData, StoredData, Upload } from '../object-version.ts';
import { refuseConditions } from '../preconditions.ts';
import { bucketOf, nowMs, type Operation, type S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import { type BodyInput, checksumAlgorithmOf, discard, sentChecksum, storeBody } from '../stored-body.ts';

export const uploadPart: Operation<UploadPartCommandInput, Omit<UploadPartCommandOutput, '$metadata'>> = async (
  s3,
  input,
) => {
  refuseConditions(input);
  const number = partNumberOf(input);
  const { upload } = uploadAt(s3, input);
  const body = input as BodyInput;
  assertSameAlgorithm(upload, sentChecksum(body)?.algorithm ?? checksumAlgorithmOf(body.ChecksumAlgorithm));
  const data = await storeBody(s3, body, upload.checksumAlgorithm);
  try {
    uploadAt(s3, input);
    const etag = keepPart(s3, input.Bucket!, upload, number, await asKept(s3, upload, data));
    const shown = upload.isChecksumAsked || sentChecksum(body) !== undefined ? data.checksum : undefined;
    const { ChecksumType: _, ...checksum } = checksumMembers(shown);
    return { ETag: `"${etag}"`, ...checksum, ...encryptionMembers(upload.encryption) };
  } catch (error) {
    discard(s3, data);
    throw error;
  }
};

/** An upload that asked for no checksum takes parts with any, and keeps CRC64NVME of them. */
async function asKept(s3: S3Call, upload: Upload, data: StoredData): Promise<StoredData> {
  return data.checksum?.algorithm === upload.checksumAlgorithm ? data : copiedData(s3, data, upload.checksumAlgorithm);
}

function assertSameAlgorithm(upload: Upload, sent: ChecksumAlgorithm | undefined): void {
  if (!sent || !upload.isChecksumAsked || sent === upload.checksumAlgorithm) return;
  throw s3Error.invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.checksumAlgorithm.toLowerCase()}, actual checksum Type: ${sent.toLowerCase()}`,
  );
}

function keepPart(s3: S3Call, bucket: string, upload: Upload, number: number, data: StoredData): string {
  const etag = etagOf(data, upload.encryption, s3.ids);
  const part = { ...data, number, etag, lastModifiedMs: nowMs(s3) };
  // The upload may have been completed or aborted while the bytes arrived.
  uploadAt(s3, { Bucket: bucket, Key: upload.key, UploadId: upload.uploadId });
  s3.commit({ do: 'part', bucket, uploadId: upload.uploadId, part });
  return etag;
}

export const uploadPartCopy: Operation<
  UploadPartCopyCommandInput,
  Omit<UploadPartCopyCommandOutput, '$metadata'>
> = async (s3, input) => {
  refuseConditions(input);
  bucketOf(s3, input);
  const number = partNumberOf(input);
  const { upload } = uploadAt(s3, input);
  const { object } = sourceObject(s3, input);
  const { start, end } = copyRange(input.CopySourceRange, object);
  if (end - start > s3.limits.maxRequestBytes) {
    throw s3Error.invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${s3.limits.maxRequestBytes}`,
    );
  }
  const isWhole = start === 0 && end === object.size;
  const slice = { segments: sliceSegments(object.segments, start, end), size: end - start };
  const data = await copiedData(s3, isWhole ? object : slice, upload.checksumAlgorithm);
  // Reading took time. A source that was replaced meanwhile has lost its blobs: copy what is there now.
  if (sourceObject(s3, input).object !== object) return uploadPartCopy(s3, input);
  const etag = keepPart(s3, input.Bucket!, upload, number, data);
  const { ChecksumType: _, ...checksum } = checksumMembers(upload.isChecksumAsked ? data.checksum : undefined);
  return {
    CopyPartResult: { ETag: `"${etag}"`, LastModified: new Date(nowMs(s3)), ...checksum },
    ...(object.versionId !== 'null' && { CopySourceVersionId: object.versionId }),
    ...encryptionMembers(upload.encryption),
  };
};

/** `bytes=first-last`, both given and inside the source; unlike a GET's range it is never cut to fit. */
function copyRange(header: string | undefined, object: ObjectData): { start: number; end: number } {
  if (header === undefined) return { start: 0, end: object.size };
  const match = /^bytes=(\d{1,16})-(\d{1,16})$/.exec(header);
  const start = Number(match?.[1]);
  const last = Number(match?.[2]);
  if (!match || last < start) {
    throw s3Error.invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (last >= object.size) {
    throw s3Error.invalidArgument(
      `Range specified is not valid for source object of size: ${object.size}`,
      'x-amz-copy-source-range',
      header,
    );
  }
  return { start, end: last + 1 };
}
