import { ServiceError } from '../service.ts';
import type { ObjectData, ObjectVersion } from './object-version.ts';
import { s3Error } from './s3-error.ts';

const unquoted = (etag: string) =>
  etag
    .trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/s, '$1');

/** Does an ETag list of a condition (`*`, quoted or bare, comma separated) name this object? */
export const isNamed = (condition: string, etag: string): boolean =>
  condition.trim() === '*' || condition.split(',').some((one) => unquoted(one) === etag);

export interface WriteConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
}

/** Conditions of PutObject, CopyObject and CompleteMultipartUpload against what is at the key now. */
export function assertWritable(conditions: WriteConditions, key: string, current: ObjectVersion | undefined): void {
  const { IfMatch, IfNoneMatch } = conditions;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch.trim() !== '*' || IfMatch !== undefined) throw s3Error.notImplementedHeader('If-None-Match');
    // A delete marker counts as nothing: the write then succeeds.
    if (current?.kind === 'object') throw s3Error.preconditionFailed('If-None-Match');
  }
  if (IfMatch !== undefined) assertMatches(IfMatch, key, current);
}

/** `If-Match` of a write or delete: a missing object is a 404, another one a 412. */
export function assertMatches(condition: string, key: string, current: ObjectVersion | undefined): void {
  if (current?.kind !== 'object') throw s3Error.noSuchKey(key);
  if (!isNamed(condition, current.etag)) throw s3Error.preconditionFailed('If-Match');
}

export interface ReadConditions extends WriteConditions {
  readonly IfModifiedSince?: Date | undefined;
  readonly IfUnmodifiedSince?: Date | undefined;
}

/** Conditions of a GET or HEAD, in the order of RFC 9110, section 13.2.2. */
export function assertReadable(conditions: ReadConditions, object: ObjectData): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  if (IfMatch !== undefined) {
    if (!isNamed(IfMatch, object.etag)) throw s3Error.preconditionFailed('If-Match');
  } else if (IfUnmodifiedSince !== undefined && object.lastModifiedMs > IfUnmodifiedSince.getTime()) {
    throw s3Error.preconditionFailed('If-Unmodified-Since');
  }
  if (IfNoneMatch !== undefined) {
    if (isNamed(IfNoneMatch, object.etag)) throw notModified(object);
  } else if (IfModifiedSince !== undefined && object.lastModifiedMs <= IfModifiedSince.getTime()) {
    throw notModified(object);
  }
}

// A 304 has no body, so the SDK knows no code of it.
const notModified = ({ etag }: ObjectData) => new ServiceError('Unknown', 'UnknownError', 304, { ETag: `"${etag}"` });

export interface SourceConditions {
  readonly CopySourceIfMatch?: string | undefined;
  readonly CopySourceIfNoneMatch?: string | undefined;
  readonly CopySourceIfModifiedSince?: Date | undefined;
  readonly CopySourceIfUnmodifiedSince?: Date | undefined;
}

/** Conditions on the source of a copy: every miss is a 412. */
export function assertCopyable(conditions: SourceConditions, source: ObjectData): void {
  const { CopySourceIfMatch, CopySourceIfNoneMatch, CopySourceIfModifiedSince, CopySourceIfUnmodifiedSince } =
    conditions;
  if (CopySourceIfMatch !== undefined) {
    if (!isNamed(CopySourceIfMatch, source.etag)) throw s3Error.preconditionFailed('x-amz-copy-source-If-Match');
  } else if (CopySourceIfUnmodifiedSince && source.lastModifiedMs > CopySourceIfUnmodifiedSince.getTime()) {
    throw s3Error.preconditionFailed('x-amz-copy-source-If-Unmodified-Since');
  }
  if (CopySourceIfNoneMatch !== undefined) {
    if (isNamed(CopySourceIfNoneMatch, source.etag))
      throw s3Error.preconditionFailed('x-amz-copy-source-If-None-Match');
  } else if (CopySourceIfModifiedSince && source.lastModifiedMs <= CopySourceIfModifiedSince.getTime()) {
    throw s3Error.preconditionFailed('x-amz-copy-source-If-Modified-Since');
  }
}

/** CreateMultipartUpload, UploadPart and UploadPartCopy take no conditions on their destination: said, not ignored. */
export function refuseConditions(input: object): void {
  const { IfMatch, IfNoneMatch } = input as WriteConditions;
  if (IfNoneMatch !== undefined) throw s3Error.notImplementedHeader('If-None-Match');
  if (IfMatch !== undefined) throw s3Error.notImplementedHeader('If-Match');
}
