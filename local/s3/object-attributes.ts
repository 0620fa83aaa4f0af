import { ServiceError } from '../service.ts';
import type { Encryption, ObjectAttributes, ObjectHeaders, ObjectLock } from './object-version.ts';
import { s3Error } from './s3-error.ts';
import type { BucketState } from './s3-state.ts';
import { parseTagging } from './tag-set.ts';

export interface AttributesInput extends Omit<ObjectHeaders, 'Expires'> {
  readonly Expires?: Date | string | undefined;
  readonly Metadata?: Record<string, string> | undefined;
  readonly Tagging?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
  readonly SSECustomerAlgorithm?: string | undefined;
  readonly ObjectLockMode?: string | undefined;
  readonly ObjectLockRetainUntilDate?: Date | string | undefined;
  readonly ObjectLockLegalHoldStatus?: string | undefined;
}

const storageClasses = new Set(
  'STANDARD REDUCED_REDUNDANCY STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING GLACIER DEEP_ARCHIVE GLACIER_IR'.split(' '),
);
const archived = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** Bytes of these classes must be restored before they can be read; restoring is not implemented here. */
export const isArchived = (storageClass: string): boolean => archived.has(storageClass);

export function headersOf(input: AttributesInput): ObjectHeaders {
  const { Expires } = input;
  return {
    ContentType: input.ContentType ?? 'application/octet-stream',
    ContentEncoding: input.ContentEncoding,
    ContentDisposition: input.ContentDisposition,
    ContentLanguage: input.ContentLanguage,
    CacheControl: input.CacheControl,
    Expires: Expires instanceof Date ? Expires.toUTCString() : Expires,
    WebsiteRedirectLocation: input.WebsiteRedirectLocation,
  };
}

/** Names become lower case, as headers do; at most 2 KB (S3 user guide, "User-defined object metadata"). */
export function metadataOf(metadata: Record<string, string> | undefined): Record<string, string> {
  const kept: Record<string, string> = {};
  let bytes = 0;
  for (const [name, value] of Object.entries(metadata ?? {})) {
    if (!/^[!-9;-~]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw s3Error.invalidArgument('Metadata does not fit into a header', 'x-amz-meta-', name);
    }
    kept[name.toLowerCase()] = value.trim();
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  if (bytes > 2048) {
    throw new ServiceError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: bytes,
      MaxSizeAllowed: 2048,
    });
  }
  return kept;
}

export function storageClassOf(input: AttributesInput): string {
  const storageClass = input.StorageClass ?? 'STANDARD';
  if (storageClasses.has(storageClass)) return storageClass;
  throw new ServiceError('InvalidStorageClass', 'The storage class you specified is not valid', 400);
}

interface DefaultEncryption {
  Rules?: {
    ApplyServerSideEncryptionByDefault?: { SSEAlgorithm?: string; KMSMasterKeyID?: string };
    BucketKeyEnabled?: boolean;
  }[];
}

/** What the request asks, else the bucket's default, else SSE-S3. SSE-C is not implemented here. */
export function encryptionOf(bucket: BucketState, input: AttributesInput): Encryption {
  if (input.SSECustomerAlgorithm !== undefined)
    throw s3Error.notImplementedHeader('x-amz-server-side-encryption-customer-algorithm');
  const configured = bucket.facts.settings.ServerSideEncryptionConfiguration as DefaultEncryption | undefined;
  const rule = configured?.Rules?.[0];
  const byDefault = rule?.ApplyServerSideEncryptionByDefault;
  const algorithm = input.ServerSideEncryption ?? byDefault?.SSEAlgorithm ?? 'AES256';
  if (!['AES256', 'aws:kms', 'aws:kms:dsse'].includes(algorithm)) {
    throw s3Error.invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      algorithm,
    );
  }
  if (algorithm === 'AES256') {
    if (input.SSEKMSKeyId !== undefined) {
      throw s3Error.invalidArgument(
        'Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms',
        'x-amz-server-side-encryption',
        algorithm,
      );
    }
    return { ServerSideEncryption: algorithm };
  }
  return {
    ServerSideEncryption: algorithm,
    SSEKMSKeyId:
      input.SSEKMSKeyId ??
      (input.ServerSideEncryption === undefined ? byDefault?.KMSMasterKeyID : undefined) ??
      'alias/aws/s3',
    BucketKeyEnabled: input.BucketKeyEnabled ?? rule?.BucketKeyEnabled ?? false,
  };
}

/** Retention of the request; needs a bucket with Object Lock. */
export function lockOf(bucket: BucketState, input: AttributesInput): ObjectLock | undefined {
  const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until, ObjectLockLegalHoldStatus: hold } = input;
  if (mode === undefined && until === undefined && hold === undefined) return undefined;
  if (!bucket.facts.objectLock) throw s3Error.invalidRequest('Bucket is missing Object Lock Configuration');
  if ((mode === undefined) !== (until === undefined)) {
    throw s3Error.invalidArgument(
      'x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied',
      'x-amz-object-lock-mode',
      mode,
    );
  }
  return { mode, retainUntilMs: until === undefined ? undefined : new Date(until).getTime(), legalHold: hold === 'ON' };
}

export function attributesOf(bucket: BucketState, input: AttributesInput): ObjectAttributes {
  return {
    headers: headersOf(input),
    metadata: metadataOf(input.Metadata),
    tags: parseTagging(input.Tagging),
    storageClass: storageClassOf(input),
    encryption: encryptionOf(bucket, input),
    lock: lockOf(bucket, input),
  };
}
