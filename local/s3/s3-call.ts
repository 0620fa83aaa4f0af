import type { Clock } from '../clock.ts';
import type { Caller } from '../service.ts';
import type { BlobStore } from './blob-store.ts';
import type { IdSource } from './id-source.ts';
import { s3Error } from './s3-error.ts';
import type { S3Record } from './s3-record.ts';
import type { BucketState, S3State } from './s3-state.ts';

export interface S3Limits {
  /** The largest source of one CopyObject or UploadPartCopy, and the largest PutObject or part. */
  readonly maxRequestBytes: number;
  /** The smallest part but the last. */
  readonly minPartBytes: number;
}

export const serviceLimits: S3Limits = { maxRequestBytes: 5 * 1024 ** 3, minPartBytes: 5 * 1024 ** 2 };

/** What an operation works with: the service's parts, and who calls. */
export interface S3Call {
  readonly state: S3State;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly region: string;
  readonly accountId: string;
  readonly limits: S3Limits;
  readonly caller: Caller;
  /** May this caller list the bucket? Decides whether a missing key is a 404 or a 403. */
  mayList(bucket: string, key: string): boolean;
  /** Journals and applies one mutation. Checks that decide it must stand in the same synchronous stretch of code. */
  commit(record: S3Record): void;
}

export type Operation<I, O> = (s3: S3Call, input: I) => Promise<O> | O;

/** The bucket of a request, after the checks that every request to a bucket undergoes. */
export function bucketOf(
  s3: S3Call,
  input: { Bucket?: string | undefined; ExpectedBucketOwner?: string | undefined },
): BucketState {
  const name = input.Bucket ?? '';
  const bucket = s3.state.buckets.get(name);
  if (!bucket) throw s3Error.noSuchBucket(name);
  if (input.ExpectedBucketOwner !== undefined && input.ExpectedBucketOwner !== s3.accountId) {
    throw s3Error.accessDenied();
  }
  return bucket;
}

/** S3 keeps whole seconds. */
export const nowMs = (s3: S3Call): number => Math.floor(s3.clock.now() / 1000) * 1000;
