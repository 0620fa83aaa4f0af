import type { Segment } from './blob-store.ts';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksum.ts';

/** Headers that an object keeps, by their member of PutObjectRequest. */
export interface ObjectHeaders {
  readonly ContentType?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly Expires?: string | undefined;
  readonly WebsiteRedirectLocation?: string | undefined;
}

export interface Encryption {
  readonly ServerSideEncryption: string;
  readonly SSEKMSKeyId?: string | undefined;
  readonly BucketKeyEnabled?: boolean | undefined;
}

export interface ObjectLock {
  readonly mode?: string | undefined;
  readonly retainUntilMs?: number | undefined;
  readonly legalHold?: boolean | undefined;
}

/** What a request says of an object besides its bytes. */
export interface ObjectAttributes {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly storageClass: string;
  readonly encryption: Encryption;
  readonly lock?: ObjectLock | undefined;
}

export interface StoredData {
  readonly segments: readonly Segment[];
  readonly size: number;
  /** Hexadecimal MD5 of the bytes, where it is known: plain puts and copies. */
  readonly md5?: string | undefined;
  readonly checksum?: Checksum | undefined;
}

export interface StoredPart extends StoredData {
  readonly number: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
}

export interface DeleteMarker {
  readonly kind: 'marker';
  readonly versionId: string;
  readonly lastModifiedMs: number;
}

export interface ObjectData extends ObjectAttributes, StoredData {
  readonly kind: 'object';
  /** `null` for objects of buckets whose versioning is off or suspended. */
  readonly versionId: string;
  readonly lastModifiedMs: number;
  /** Without quotes. */
  readonly etag: string;
  /** Of a multipart upload: sizes and checksums of its parts, without their bytes. */
  readonly parts?: readonly {
    readonly number: number;
    readonly size: number;
    readonly checksum?: Checksum | undefined;
  }[];
}

export type ObjectVersion = ObjectData | DeleteMarker;

export interface Upload extends ObjectAttributes {
  readonly uploadId: string;
  readonly key: string;
  readonly initiatedMs: number;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: ChecksumType;
  /** False: nothing was asked, CRC64NVME is kept as S3 does, and parts may be sent with any checksum. */
  readonly isChecksumAsked: boolean;
}
