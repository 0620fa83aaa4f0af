import { ServiceError } from '../service.ts';
import { keyOf } from './object-key.ts';
import type { DeleteMarker, ObjectData } from './object-version.ts';
import { bucketOf, type S3Call } from './s3-call.ts';
import { s3Error } from './s3-error.ts';

export interface ObjectInput {
  readonly Bucket?: string | undefined;
  readonly Key?: string | undefined;
  readonly VersionId?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** The version that a read names, delete markers too: `undefined` only where nothing is at the key. */
function versionAt(s3: S3Call, input: ObjectInput) {
  const key = keyOf(input);
  const versions = bucketOf(s3, input).keys.get(key) ?? [];
  return input.VersionId === undefined ? versions[0] : versions.find((v) => v.versionId === input.VersionId);
}

const deletedMembers = ({ versionId }: DeleteMarker) => ({ DeleteMarker: true, VersionId: versionId });

/** The object that a read names; what is missing is a 404, or a 403 for who may not list. */
export function objectAt(s3: S3Call, input: ObjectInput): ObjectData {
  const version = versionAt(s3, input);
  if (version?.kind === 'object') return version;
  const key = input.Key!;
  if (version?.kind === 'marker' && input.VersionId !== undefined) throw s3Error.methodNotAllowed(version.versionId);
  if (!s3.mayList(input.Bucket!, key)) throw s3Error.accessDenied();
  if (version?.kind === 'marker') {
    const missing = s3Error.noSuchKey(key);
    throw new ServiceError(missing.name, missing.message, 404, { ...missing.fields, ...deletedMembers(version) });
  }
  throw input.VersionId === undefined ? s3Error.noSuchKey(key) : s3Error.noSuchVersion(key, input.VersionId);
}

/** A HEAD has no body to carry a code: all but a 404 is `Unknown` to the SDK. */
export async function asHead<T>(read: () => T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.httpStatus >= 500) throw error;
    const name = error.httpStatus === 404 ? 'NotFound' : 'Unknown';
    throw new ServiceError(name, 'UnknownError', error.httpStatus, error.fields);
  }
}

/** `VersionId` of an output: only where the bucket has, or had, versioning. */
export const versionMember = (s3: S3Call, bucket: string, versionId: string): { VersionId?: string } =>
  s3.state.buckets.get(bucket)?.facts.versioning ? { VersionId: versionId } : {};
