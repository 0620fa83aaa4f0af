import type {
  DeletedObject,
  DeleteObjectCommandInput,
  DeleteObjectCommandOutput,
  DeleteObjectsCommandInput,
  DeleteObjectsCommandOutput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../service.ts';
import { keyOf } from '../object-key.ts';
import { assertNotLocked } from '../object-lock.ts';
import { assertMatches } from '../preconditions.ts';
import { bucketOf, nowMs, type Operation, type S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';

type Deleted = Pick<DeleteObjectCommandOutput, 'DeleteMarker' | 'VersionId'>;

export const deleteObject: Operation<DeleteObjectCommandInput, Omit<DeleteObjectCommandOutput, '$metadata'>> = (
  s3,
  input,
) => {
  bucketOf(s3, input);
  const key = keyOf(input);
  return input.VersionId === undefined ? deleteCurrent(s3, input, key) : deleteVersion(s3, input, key, input.VersionId);
};

/** Without a version id: the object goes in a bucket without versioning, else a delete marker covers it. */
function deleteCurrent(s3: S3Call, input: DeleteObjectCommandInput, key: string): Deleted {
  const bucket = bucketOf(s3, input);
  const current = bucket.keys.get(key)?.[0];
  if (input.IfMatch !== undefined) assertMatches(input.IfMatch, key, current);
  const { versioning } = bucket.facts;
  const name = input.Bucket!;
  if (!versioning) {
    if (current) s3.commit({ do: 'drop-version', bucket: name, key, versionId: 'null' });
    return {};
  }
  const versionId = versioning === 'Enabled' ? s3.ids.next('version') : 'null';
  s3.commit({ do: 'version', bucket: name, key, version: { kind: 'marker', versionId, lastModifiedMs: nowMs(s3) } });
  return { DeleteMarker: true, VersionId: versionId };
}

/** With a version id: that version goes for good. One that is not there is deleted already. */
function deleteVersion(s3: S3Call, input: DeleteObjectCommandInput, key: string, versionId: string): Deleted {
  const bucket = bucketOf(s3, input);
  const version = bucket.keys.get(key)?.find((v) => v.versionId === versionId);
  if (input.IfMatch !== undefined) assertMatches(input.IfMatch, key, version);
  if (version) {
    assertNotLocked(s3, version, input.BypassGovernanceRetention);
    s3.commit({ do: 'drop-version', bucket: input.Bucket!, key, versionId });
  }
  return { ...(version?.kind === 'marker' && { DeleteMarker: true }), VersionId: versionId };
}

/** Up to 1,000 deletes; each is on its own, and a failure of one is in `Errors`. */
export const deleteObjects: Operation<
  DeleteObjectsCommandInput,
  Omit<DeleteObjectsCommandOutput, '$metadata'>
> = async (s3, input) => {
  bucketOf(s3, input);
  const objects = input.Delete?.Objects ?? [];
  if (objects.length === 0 || objects.length > 1000) {
    throw s3Error.malformed(
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  const deleted: DeletedObject[] = [];
  const errors: { Key: string; VersionId?: string; Code: string; Message: string }[] = [];
  for (const { Key, VersionId, ETag } of objects) {
    try {
      const request = {
        Bucket: input.Bucket,
        Key,
        VersionId,
        IfMatch: ETag,
        BypassGovernanceRetention: input.BypassGovernanceRetention,
      };
      const { DeleteMarker, VersionId: versionId } = await deleteObject(s3, request);
      deleted.push({
        Key,
        ...(VersionId !== undefined && { VersionId }),
        ...(DeleteMarker && { DeleteMarker, DeleteMarkerVersionId: versionId }),
      });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      errors.push({
        Key: Key ?? '',
        ...(VersionId !== undefined && { VersionId }),
        Code: error.name,
        Message: error.message,
      });
    }
  }
  return {
    ...(deleted.length > 0 && !input.Delete?.Quiet && { Deleted: deleted }),
    ...(errors.length > 0 && { Errors: errors }),
  };
};
