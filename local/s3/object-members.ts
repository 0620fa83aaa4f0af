import type { ServerSideEncryption, StorageClass } from '@aws-sdk/client-s3';
import type { Encryption, ObjectData } from './object-version.ts';

type EncryptionMembers = {
  ServerSideEncryption: ServerSideEncryption;
  SSEKMSKeyId?: string;
  BucketKeyEnabled?: boolean;
};

export function encryptionMembers(encryption: Encryption): EncryptionMembers {
  const { ServerSideEncryption, SSEKMSKeyId, BucketKeyEnabled } = encryption;
  return {
    ServerSideEncryption: ServerSideEncryption as ServerSideEncryption,
    ...(SSEKMSKeyId !== undefined && { SSEKMSKeyId }),
    ...(BucketKeyEnabled !== undefined && { BucketKeyEnabled }),
  };
}

/** What GET and HEAD say of an object besides its bytes, their length and checksums. */
export function objectMembers(object: ObjectData) {
  const { headers, lock, tags } = object;
  return {
    AcceptRanges: 'bytes',
    LastModified: new Date(object.lastModifiedMs),
    ETag: `"${object.etag}"`,
    Metadata: { ...object.metadata },
    ...Object.fromEntries(Object.entries(headers).filter(([name, value]) => value !== undefined && name !== 'Expires')),
    ...(headers.Expires !== undefined && { ExpiresString: headers.Expires, Expires: new Date(headers.Expires) }),
    ...encryptionMembers(object.encryption),
    // STANDARD is said by silence.
    ...(object.storageClass !== 'STANDARD' && { StorageClass: object.storageClass as StorageClass }),
    ...(tags.length > 0 && { TagCount: tags.length }),
    ...(lock?.mode !== undefined && {
      ObjectLockMode: lock.mode as 'GOVERNANCE' | 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(lock.retainUntilMs!),
    }),
    ...(lock?.legalHold && { ObjectLockLegalHoldStatus: 'ON' as const }),
  };
}
