import type { ObjectData } from './object-version.ts';
import { nowMs, type S3Call } from './s3-call.ts';

/**
 * Makes an object the current version of its key: beside the older ones in a bucket with versioning, in place of the
 * null version else. Conditions were checked in the same synchronous stretch. Answers the output's `VersionId`.
 */
export function putVersion(
  s3: S3Call,
  bucket: string,
  key: string,
  object: Omit<ObjectData, 'kind' | 'versionId' | 'lastModifiedMs'>,
  completes?: string,
): { VersionId?: string } {
  const { versioning } = s3.state.buckets.get(bucket)!.facts;
  const versionId = versioning === 'Enabled' ? s3.ids.next('version') : 'null';
  const version: ObjectData = { ...object, kind: 'object', versionId, lastModifiedMs: nowMs(s3) };
  s3.commit({ do: 'version', bucket, key, version, completes });
  return versioning ? { VersionId: versionId } : {};
}
