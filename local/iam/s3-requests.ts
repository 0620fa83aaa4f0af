import { parseCopySource } from '../s3/copy-source.ts';
import { type AccessRequest, contextOf, type Input } from './access-request.ts';

const bucketArn = (input: Input): string => `arn:aws:s3:::${String(input.Bucket)}`;
const objectArn = (input: Input): string => `${bucketArn(input)}/${String(input.Key)}`;

/** Actions on the bucket that carry nothing but it. */
const bucketActions: Record<string, string> = {
  CreateBucket: 'CreateBucket',
  DeleteBucket: 'DeleteBucket',
  DeleteBucketPolicy: 'DeleteBucketPolicy',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  GetBucketLocation: 'GetBucketLocation',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  GetBucketPolicy: 'GetBucketPolicy',
  GetBucketTagging: 'GetBucketTagging',
  GetBucketVersioning: 'GetBucketVersioning',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  HeadBucket: 'ListBucket',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  PutBucketPolicy: 'PutBucketPolicy',
  PutBucketTagging: 'PutBucketTagging',
  PutBucketVersioning: 'PutBucketVersioning',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
};

const listActions: Record<string, string> = {
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
};

/** Actions on an object: without and with a version id. */
const objectActions: Record<string, readonly [string, string]> = {
  DeleteObject: ['DeleteObject', 'DeleteObjectVersion'],
  DeleteObjectTagging: ['DeleteObjectTagging', 'DeleteObjectVersionTagging'],
  GetObject: ['GetObject', 'GetObjectVersion'],
  GetObjectLegalHold: ['GetObjectLegalHold', 'GetObjectLegalHold'],
  GetObjectRetention: ['GetObjectRetention', 'GetObjectRetention'],
  GetObjectTagging: ['GetObjectTagging', 'GetObjectVersionTagging'],
  HeadObject: ['GetObject', 'GetObjectVersion'],
  PutObjectLegalHold: ['PutObjectLegalHold', 'PutObjectLegalHold'],
  PutObjectTagging: ['PutObjectTagging', 'PutObjectVersionTagging'],
  AbortMultipartUpload: ['AbortMultipartUpload', 'AbortMultipartUpload'],
  ListParts: ['ListMultipartUploadParts', 'ListMultipartUploadParts'],
  RestoreObject: ['RestoreObject', 'RestoreObject'],
};

/** The calls that write an object or a part of one; whether an object comes to be by this very call. */
const writes: Record<string, boolean> = {
  PutObject: true,
  CopyObject: true,
  CompleteMultipartUpload: true,
  CreateMultipartUpload: false,
  UploadPart: false,
  UploadPartCopy: false,
};

export function s3Requests(operation: string, input: Input): AccessRequest[] | undefined {
  if (operation === 'ListBuckets') return [{ action: 's3:ListAllMyBuckets', resource: '*', context: {} }];
  if (Object.hasOwn(bucketActions, operation))
    return [{ action: `s3:${bucketActions[operation]}`, resource: bucketArn(input), context: {} }];
  if (Object.hasOwn(listActions, operation)) return [listRequest(listActions[operation]!, input)];
  if (Object.hasOwn(writes, operation)) return writeRequests(operation, input);
  if (operation === 'DeleteObjects') return deleteRequests(input);
  if (operation === 'GetObjectAttributes')
    return ['', 'Attributes'].map((what) => onObject([`GetObject${what}`, `GetObjectVersion${what}`], input));
  if (operation === 'PutObjectRetention') return [retentionRequest(input), ...bypassRequests(input)];
  if (!Object.hasOwn(objectActions, operation)) return undefined;
  const bypass = operation === 'DeleteObject' ? bypassRequests(input) : [];
  return [onObject(objectActions[operation]!, input), ...bypass];
}

const versioned = (versionId: unknown): boolean => versionId !== undefined && versionId !== null;

function onObject([plain, ofVersion]: readonly [string, string] | string[], input: Input): AccessRequest {
  return {
    action: `s3:${versioned(input.VersionId) ? ofVersion : plain}`,
    resource: objectArn(input),
    context: contextOf({
      's3:versionid': input.VersionId,
      's3:if-match': input.IfMatch,
      's3:if-none-match': input.IfNoneMatch,
    }),
  };
}

function listRequest(action: string, input: Input): AccessRequest {
  const maxKeys = input.MaxKeys ?? input.MaxUploads;
  return {
    action: `s3:${action}`,
    resource: bucketArn(input),
    // A listing without a prefix has no s3:prefix, which a condition on it does not hold for.
    context: contextOf({ 's3:prefix': input.Prefix, 's3:delimiter': input.Delimiter, 's3:max-keys': maxKeys }),
  };
}

const bypassRequests = (input: Input): AccessRequest[] =>
  input.BypassGovernanceRetention === true
    ? [{ action: 's3:BypassGovernanceRetention', resource: objectArn(input), context: {} }]
    : [];

function deleteRequests(input: Input): AccessRequest[] {
  const objects = (input.Delete as { Objects?: Input[] } | undefined)?.Objects ?? [];
  return objects.flatMap(({ Key, VersionId }) => {
    const one = { Bucket: input.Bucket, Key, VersionId, BypassGovernanceRetention: input.BypassGovernanceRetention };
    return [onObject(objectActions.DeleteObject!, one), ...bypassRequests(one)];
  });
}

function retentionRequest(input: Input): AccessRequest {
  const { Mode, RetainUntilDate } = (input.Retention ?? {}) as Input;
  return {
    action: 's3:PutObjectRetention',
    resource: objectArn(input),
    context: contextOf({ 's3:object-lock-mode': Mode, 's3:object-lock-retain-until-date': RetainUntilDate }),
  };
}

function writeRequests(operation: string, input: Input): AccessRequest[] {
  const isCopy = operation === 'CopyObject';
  const source =
    isCopy || operation === 'UploadPartCopy' ? parseCopySource(input.CopySource as string | undefined) : undefined;
  const keepsTags = isCopy && input.TaggingDirective !== 'REPLACE';
  const resource = objectArn(input);
  const put = (action: string, context: AccessRequest['context'] = {}): AccessRequest => ({
    action: `s3:${action}`,
    resource,
    context,
  });
  return [
    ...(source ? [onObject(objectActions.GetObject!, { ...source })] : []),
    ...(source && keepsTags ? [onObject(objectActions.GetObjectTagging!, { ...source })] : []),
    put('PutObject', writeContext(operation, input)),
    ...(keepsTags || input.Tagging !== undefined ? [put('PutObjectTagging')] : []),
    ...(input.ACL === undefined ? [] : [put('PutObjectAcl', contextOf({ 's3:x-amz-acl': input.ACL }))]),
    ...(input.ObjectLockMode === undefined
      ? []
      : [
          retentionRequest({
            ...input,
            Retention: { Mode: input.ObjectLockMode, RetainUntilDate: input.ObjectLockRetainUntilDate },
          }),
        ]),
    ...(input.ObjectLockLegalHoldStatus === undefined ? [] : [put('PutObjectLegalHold')]),
    ...keyRequests(operation, input),
  ];
}

function writeContext(operation: string, input: Input): AccessRequest['context'] {
  return contextOf({
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-server-side-encryption-customer-algorithm': input.SSECustomerAlgorithm,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-acl': input.ACL,
    's3:x-amz-copy-source': input.CopySource,
    's3:x-amz-metadata-directive': input.MetadataDirective,
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
    's3:ObjectCreationOperation': writes[operation],
  });
}

/** A key that the request names by ARN; what a bucket encrypts with by default is not seen here. */
function keyRequests(operation: string, input: Input): AccessRequest[] {
  const key = input.SSEKMSKeyId;
  if (typeof key !== 'string' || !key.startsWith('arn:')) return [];
  const actions = operation === 'PutObject' ? ['GenerateDataKey'] : ['GenerateDataKey', 'Decrypt'];
  return actions.map((action) => ({ action: `kms:${action}`, resource: key, context: {} }));
}
