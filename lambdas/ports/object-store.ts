import type { ObjectChecksum } from '../../core/file-entry.ts';

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly storageClass: string;
}

export interface ListedVersion extends ListedObject {
  /** In a bucket without versions the text `null`. */
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly isDeleteMarker: boolean;
}

export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
}

export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly versionId?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a HEAD answers. */
export interface ObjectAttributes {
  readonly size: number;
  readonly etag: string;
  /** Absent if S3 holds none of the whole object. */
  readonly checksum?: ObjectChecksum;
  readonly versionId?: string;
  /** User metadata, names in lower case and without their prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What S3 Object Lock keeps the current version of an object from; neither: nothing. */
export interface ObjectLock {
  readonly retainUntilMs?: number;
  readonly isHeld: boolean;
}

export interface CopyRequest {
  readonly sourceBucket: string;
  readonly sourceKey: string;
  /** `CHANGED` if the source has another one. */
  readonly sourceEtag: string;
  readonly size: number;
  readonly bucket: string;
  readonly key: string;
  /** Replaces the source's metadata: by it a copy whose answer was lost is known as ours. */
  readonly metadata: Readonly<Record<string, string>>;
}

export type CopyOutcome =
  | {
      readonly decision: 'COPIED';
      readonly etag: string;
      readonly checksum: ObjectChecksum;
      readonly versionId?: string;
    }
  /** Another object stands at the key, and it is not our own earlier copy. */
  | { readonly decision: 'EXISTS' }
  /** The source is not there (decided by LIST). */
  | { readonly decision: 'MISSING' }
  /** The source has another ETag. */
  | { readonly decision: 'CHANGED' }
  /** The source is there and cannot be read: archived class, access. */
  | { readonly decision: 'UNREADABLE'; readonly reason: string };

export interface UploadedObject {
  readonly etag: string;
  readonly size: number;
}

/** An object that is being written, piece by piece. Until it is closed nobody sees it. */
export interface ObjectUpload {
  /** The bytes may be used again when the promise is settled. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<UploadedObject>;
  /** Gives it up. Must be called if it is not closed: S3 keeps, and bills, what was sent. */
  abort(): Promise<void>;
}

/**
 * Objects of S3. Strongly consistent. Every method retries what is safe to retry, with one loop of ours, and throws
 * `PlatformRefused` or `PlatformUnavailable` in the end. Absence is decided by LIST only: a GET that is refused for a
 * key that is not listed is "missing" (Amazon S3 API Reference, "GetObject": without ListBucket a missing key answers 403).
 */
export interface ObjectStore {
  /** Ascending UTF-8 order of keys; a short or inconsistent page is an error, never an end. */
  list(bucket: string, prefix: string, options?: { readonly startAfter?: string }): AsyncIterable<ListedObject>;
  /** The same, page by page (at most 1,000 objects, one request each): for lists of millions. */
  listPages(
    bucket: string,
    prefix: string,
    options?: { readonly startAfter?: string },
  ): AsyncIterable<readonly ListedObject[]>;
  /** Names directly below `prefix` that end in `/` (without the prefix and the slash). */
  listFolders(bucket: string, prefix: string): AsyncIterable<string>;
  /** Ascending by key, delete markers among them (size 0, no ETag); of one key in S3's order, newest first. */
  listVersions(bucket: string, prefix: string, options?: { readonly keyMarker?: string }): AsyncIterable<ListedVersion>;
  listUploads(bucket: string, prefix: string): AsyncIterable<ListedUpload>;
  /** The whole object, refused past `maxBytes`; `undefined` if it is missing. */
  get(bucket: string, key: string, maxBytes: number): Promise<StoredObject | undefined>;
  /** Bytes of one range; `ifMatch` pins the content. */
  getRange(bucket: string, key: string, offset: number, length: number, ifMatch: string): Promise<Uint8Array>;
  /** The object as a stream of pieces; `undefined` if it is missing. */
  getStream(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Size, ETag, checksum, metadata as S3 holds them; `undefined` if missing. One request. */
  attributes(bucket: string, key: string): Promise<ObjectAttributes | undefined>;
  /** Retention and legal hold; of a missing object, and in a bucket without Object Lock, there is none. Two requests. */
  lockOf(bucket: string, key: string): Promise<ObjectLock>;
  /** If-None-Match. Idempotent by content: an object of the same bytes that stands there already counts as created. */
  putOnce(bucket: string, key: string, bytes: Uint8Array): Promise<{ readonly decision: 'CREATED' | 'EXISTS' }>;
  /** Unconditional: for the VOID marker and for work files only. */
  put(bucket: string, key: string, bytes: Uint8Array): Promise<void>;
  /** Unconditional, for work files only; of any size, in the memory of two parts. */
  upload(bucket: string, key: string): ObjectUpload;
  /** Compare and set. */
  putIfMatch(
    bucket: string,
    key: string,
    bytes: Uint8Array,
    etag: string,
  ): Promise<{ readonly decision: 'WRITTEN' | 'CHANGED' }>;
  /** Server-side, If-None-Match; multipart from 256 MiB. Idempotent for one request's metadata. */
  copy(request: CopyRequest): Promise<CopyOutcome>;
  /** Any number, in batches of 1,000; versions that are gone already count as deleted. */
  deleteVersions(bucket: string, versions: AsyncIterable<{ key: string; versionId: string }>): Promise<number>;
  abortUploads(bucket: string, uploads: AsyncIterable<ListedUpload>): Promise<number>;
  /** The Region of a bucket; `undefined` if there is no such bucket. */
  bucketRegion(bucket: string): Promise<string | undefined>;
}
