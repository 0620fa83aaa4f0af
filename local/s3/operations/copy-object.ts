import type { CopyObjectCommandInput, CopyObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksum.ts';
import { copiedData } from '../copied-data.ts';
import { type CopySource, sourceObject } from '../copy-source.ts';
import { etagOf } from '../etag.ts';
import {
  type AttributesInput,
  encryptionOf,
  headersOf,
  lockOf,
  metadataOf,
  storageClassOf,
} from '../object-attributes.ts';
import { keyOf } from '../object-key.ts';
import { encryptionMembers } from '../object-members.ts';
import type { ObjectAttributes, ObjectData } from '../object-version.ts';
import { assertWritable } from '../preconditions.ts';
import { putVersion } from '../put-version.ts';
import { bucketOf, nowMs, type Operation, type S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import { checksumAlgorithmOf } from '../stored-body.ts';
import { parseTagging } from '../tag-set.ts';

export const copyObject: Operation<CopyObjectCommandInput, Omit<CopyObjectCommandOutput, '$metadata'>> = async (
  s3,
  input,
) => {
  const key = keyOf(input);
  bucketOf(s3, input);
  const source = sourceObject(s3, input);
  const { object } = source;
  if (object.size > s3.limits.maxRequestBytes) {
    throw s3Error.invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${s3.limits.maxRequestBytes}`,
    );
  }
  const attributes = attributesOfCopy(s3, input, object);
  const asked = checksumAlgorithmOf(input.ChecksumAlgorithm);
  assertChanges(input, source, asked !== undefined);
  const data = await copiedData(s3, object, asked ?? object.checksum?.algorithm ?? 'CRC64NVME');
  // Reading took time. A source that was replaced meanwhile has lost its blobs: copy what is there now.
  if (sourceObject(s3, input).object !== object) return copyObject(s3, input);
  assertWritable(input, key, bucketOf(s3, input).keys.get(key)?.[0]);
  const etag = etagOf(data, attributes.encryption, s3.ids);
  const version = putVersion(s3, input.Bucket!, key, { ...attributes, ...data, etag });
  return {
    CopyObjectResult: { ETag: `"${etag}"`, LastModified: new Date(nowMs(s3)), ...checksumMembers(data.checksum) },
    ...(object.versionId !== 'null' && { CopySourceVersionId: object.versionId }),
    ...encryptionMembers(attributes.encryption),
    ...version,
  };
};

function directiveOf(name: string, value: string | undefined): 'COPY' | 'REPLACE' {
  const directive = value ?? 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw s3Error.invalidArgument(`Unknown ${name} directive.`, `x-amz-${name}-directive`, directive);
  }
  return directive;
}

function attributesOfCopy(s3: S3Call, input: CopyObjectCommandInput, object: ObjectData): ObjectAttributes {
  const bucket = bucketOf(s3, input);
  const attributes = input as AttributesInput;
  const replacesMetadata = directiveOf('metadata', input.MetadataDirective) === 'REPLACE';
  const replacesTags = directiveOf('tagging', input.TaggingDirective) === 'REPLACE';
  return {
    headers: replacesMetadata
      ? headersOf(attributes)
      : { ...object.headers, WebsiteRedirectLocation: input.WebsiteRedirectLocation },
    metadata: replacesMetadata ? metadataOf(input.Metadata) : object.metadata,
    tags: replacesTags ? parseTagging(input.Tagging) : object.tags,
    storageClass: storageClassOf(attributes),
    encryption: encryptionOf(bucket, attributes),
    lock: lockOf(bucket, attributes),
  };
}

/** An object cannot be copied onto itself as it is. An older version can: that brings it back. */
function assertChanges(input: CopyObjectCommandInput, source: CopySource, isChecksumAsked: boolean): void {
  if (source.Bucket !== input.Bucket || source.Key !== input.Key || source.VersionId !== undefined) return;
  const isChange =
    input.MetadataDirective === 'REPLACE' ||
    input.StorageClass !== undefined ||
    input.ServerSideEncryption !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    isChecksumAsked;
  if (!isChange) {
    throw s3Error.invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}
