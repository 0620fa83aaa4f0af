import type {
  AbortMultipartUploadCommandInput,
  AbortMultipartUploadCommandOutput,
  ListPartsCommandInput,
  ListPartsCommandOutput,
  StorageClass,
} from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksum.ts';
import { uploadAt } from '../find-upload.ts';
import { pageSizeOf } from '../key-walk.ts';
import type { Operation } from '../s3-call.ts';

export const abortMultipartUpload: Operation<
  AbortMultipartUploadCommandInput,
  Omit<AbortMultipartUploadCommandOutput, '$metadata'>
> = (s3, input) => {
  const { upload } = uploadAt(s3, input);
  s3.commit({ do: 'drop-upload', bucket: input.Bucket!, uploadId: upload.uploadId });
  return {};
};

export const listParts: Operation<ListPartsCommandInput, Omit<ListPartsCommandOutput, '$metadata'>> = (s3, input) => {
  const { upload, parts } = uploadAt(s3, input);
  const maxParts = pageSizeOf('max-parts', input.MaxParts);
  const marker = Number(input.PartNumberMarker ?? 0);
  const after = [...parts.values()].filter((part) => part.number > marker).sort((a, b) => a.number - b.number);
  const page = after.slice(0, maxParts);
  const isTruncated = after.length > page.length;
  const owner = { ID: s3.accountId };
  return {
    Bucket: input.Bucket,
    Key: upload.key,
    UploadId: upload.uploadId,
    PartNumberMarker: String(marker),
    ...(page.length > 0 && { NextPartNumberMarker: String(page.at(-1)!.number) }),
    MaxParts: maxParts,
    IsTruncated: isTruncated,
    ...(page.length > 0 && {
      Parts: page.map((part) => {
        const { ChecksumType: _, ...checksum } = checksumMembers(upload.isChecksumAsked ? part.checksum : undefined);
        const LastModified = new Date(part.lastModifiedMs);
        return { PartNumber: part.number, LastModified, ETag: `"${part.etag}"`, Size: part.size, ...checksum };
      }),
    }),
    Initiator: owner,
    Owner: owner,
    StorageClass: upload.storageClass as StorageClass,
    ...(upload.isChecksumAsked && { ChecksumAlgorithm: upload.checksumAlgorithm, ChecksumType: upload.checksumType }),
  };
};
