import type {
  ListMultipartUploadsCommandInput,
  ListMultipartUploadsCommandOutput,
  MultipartUpload,
} from '@aws-sdk/client-s3';
import { pageSizeOf, walkKeys } from '../key-walk.ts';
import { listingEncoder } from '../listing-encoding.ts';
import type { Upload } from '../object-version.ts';
import { bucketOf, type Operation } from '../s3-call.ts';
import type { BucketState } from '../s3-state.ts';
import { SortedKeys } from '../sorted-keys.ts';

/** Unfinished uploads by key; of one key, the oldest first, then by id. */
function uploadsByKey(bucket: BucketState): SortedKeys<Upload[]> {
  const byKey = new SortedKeys<Upload[]>();
  const inOrder = [...bucket.uploads.values()]
    .map(({ upload }) => upload)
    .sort((a, b) => a.initiatedMs - b.initiatedMs || (a.uploadId < b.uploadId ? -1 : 1));
  for (const upload of inOrder) byKey.set(upload.key, [...(byKey.get(upload.key) ?? []), upload]);
  return byKey;
}

export const listMultipartUploads: Operation<
  ListMultipartUploadsCommandInput,
  Omit<ListMultipartUploadsCommandOutput, '$metadata'>
> = (s3, input) => {
  const bucket = bucketOf(s3, input);
  const encode = listingEncoder(input.EncodingType);
  const { Prefix: prefix = '', Delimiter: delimiter = '', KeyMarker: after = '' } = input;
  // Without a key marker the service ignores it.
  const uploadIdMarker = after === '' ? undefined : input.UploadIdMarker || undefined;
  const maxUploads = pageSizeOf('max-uploads', input.MaxUploads);
  const owner = { ID: s3.accountId };
  const listed: MultipartUpload[] = [];
  const prefixes: { Prefix: string }[] = [];
  let last: { key: string; uploadId?: string } | undefined;
  let isTruncated = false;
  const walk = { prefix, delimiter, after, isAfterIncluded: uploadIdMarker !== undefined };
  walking: for (const step of maxUploads === 0 ? [] : walkKeys(uploadsByKey(bucket), walk, () => true)) {
    if (step.commonPrefix !== undefined) {
      if (listed.length + prefixes.length === maxUploads) {
        isTruncated = true;
        break;
      }
      prefixes.push({ Prefix: encode(step.commonPrefix) });
      last = { key: step.commonPrefix };
      continue;
    }
    const isMarked = step.key === after && uploadIdMarker !== undefined;
    const from = isMarked ? step.value.findIndex((upload) => upload.uploadId === uploadIdMarker) + 1 : 0;
    for (const upload of step.value.slice(from)) {
      if (listed.length + prefixes.length === maxUploads) {
        isTruncated = true;
        break walking;
      }
      last = { key: upload.key, uploadId: upload.uploadId };
      listed.push({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        Initiated: new Date(upload.initiatedMs),
        Initiator: owner,
        Owner: owner,
        StorageClass: upload.storageClass as 'STANDARD',
        ...(upload.isChecksumAsked && {
          ChecksumAlgorithm: upload.checksumAlgorithm,
          ChecksumType: upload.checksumType,
        }),
      });
    }
  }
  return {
    Bucket: input.Bucket,
    Prefix: encode(prefix),
    KeyMarker: encode(after),
    UploadIdMarker: input.UploadIdMarker ?? '',
    ...(delimiter !== '' && { Delimiter: encode(delimiter) }),
    ...(input.EncodingType && { EncodingType: input.EncodingType }),
    MaxUploads: maxUploads,
    IsTruncated: isTruncated,
    ...(isTruncated && { NextKeyMarker: encode(last!.key), NextUploadIdMarker: last!.uploadId ?? '' }),
    ...(listed.length > 0 && { Uploads: listed }),
    ...(prefixes.length > 0 && { CommonPrefixes: prefixes }),
  };
};
