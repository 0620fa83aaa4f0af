import { objectAt } from './find-object.ts';
import { isArchived } from './object-attributes.ts';
import type { ObjectData } from './object-version.ts';
import { assertCopyable, type SourceConditions } from './preconditions.ts';
import type { S3Call } from './s3-call.ts';
import { s3Error } from './s3-error.ts';

export interface CopySource {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

const invalid = (source: string) =>
  s3Error.invalidArgument('Invalid copy source encoding.', 'x-amz-copy-source', source);

/**
 * `[/]bucket/key[?versionId=id]`, URL-encoded: it travels as a header, so what is not ASCII or is encoded badly is
 * refused here too. A bare `+` means a space, as everywhere in S3's URLs of this form: encode it.
 */
export function parseCopySource(source: string | undefined): CopySource {
  if (source === undefined || !/^[\x20-\x7e]+$/.test(source)) throw invalid(source ?? '');
  const [, path, VersionId] = /^\/?(.*?)(?:\?versionId=([^&]*))?$/.exec(source) as unknown as [string, string, string?];
  let decoded: string;
  try {
    decoded = decodeURIComponent(path.replaceAll('+', ' '));
  } catch {
    throw invalid(source);
  }
  const slash = decoded.indexOf('/');
  if (slash < 1 || slash === decoded.length - 1) throw invalid(source);
  return { Bucket: decoded.slice(0, slash), Key: decoded.slice(slash + 1), VersionId };
}

/** The object to copy from, after every check that does not depend on the destination. */
export function sourceObject(
  s3: S3Call,
  input: SourceConditions & { CopySource?: string | undefined; ExpectedSourceBucketOwner?: string | undefined },
): CopySource & { object: ObjectData } {
  const source = parseCopySource(input.CopySource);
  const object = objectAt(s3, { ...source, ExpectedBucketOwner: input.ExpectedSourceBucketOwner });
  assertCopyable(input, object);
  if (isArchived(object.storageClass)) throw s3Error.invalidObjectState(object.storageClass);
  return { ...source, object };
}
