import { keyOf } from './object-key.ts';
import { bucketOf, type S3Call } from './s3-call.ts';
import { s3Error } from './s3-error.ts';
import type { UploadState } from './s3-state.ts';

export interface UploadInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly UploadId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** The unfinished upload that a request names. */
export function uploadAt(s3: S3Call, input: UploadInput): UploadState {
  const key = keyOf(input);
  const found = bucketOf(s3, input).uploads.get(input.UploadId ?? '');
  if (found?.upload.key !== key) throw s3Error.noSuchUpload(input.UploadId ?? '');
  return found;
}

export function partNumberOf(input: { PartNumber?: number | undefined }): number {
  const number = input.PartNumber;
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= 10_000) return number;
  throw s3Error.invalidArgument('Part number must be an integer between 1 and 10000, inclusive', 'partNumber', number);
}
