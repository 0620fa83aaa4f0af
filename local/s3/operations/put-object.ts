import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3';
import { checksumMembers } from '../checksum.ts';
import { etagOf } from '../etag.ts';
import { type AttributesInput, attributesOf } from '../object-attributes.ts';
import { keyOf } from '../object-key.ts';
import { encryptionMembers } from '../object-members.ts';
import { assertWritable } from '../preconditions.ts';
import { putVersion } from '../put-version.ts';
import { bucketOf, type Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';
import { type BodyInput, discard, storeBody } from '../stored-body.ts';

export const putObject: Operation<PutObjectCommandInput, Omit<PutObjectCommandOutput, '$metadata'>> = async (
  s3,
  input,
) => {
  const attributes = attributesOf(bucketOf(s3, input), input as AttributesInput);
  const key = keyOf(input);
  if (input.WriteOffsetBytes !== undefined) throw s3Error.notImplementedHeader('x-amz-write-offset-bytes');
  const data = await storeBody(s3, input as BodyInput);
  try {
    const bucket = bucketOf(s3, input);
    assertWritable(input, key, bucket.keys.get(key)?.[0]);
    const etag = etagOf(data, attributes.encryption, s3.ids);
    const version = putVersion(s3, input.Bucket!, key, { ...attributes, ...data, etag });
    return {
      ETag: `"${etag}"`,
      ...checksumMembers(data.checksum),
      ...encryptionMembers(attributes.encryption),
      ...version,
    };
  } catch (error) {
    discard(s3, data);
    throw error;
  }
};
