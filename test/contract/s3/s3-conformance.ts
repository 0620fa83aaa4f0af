import { CreateBucketCommand, PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe } from 'vitest';
import { buckets } from './buckets.ts';
import { checksums } from './checksums.ts';
import { conditions } from './conditions.ts';
import { copies } from './copies.ts';
import { listings } from './listings.ts';
import { multipart } from './multipart.ts';
import { objects } from './objects.ts';
import { type AnyS3, checker, type S3Subject, uniqueBucketName } from './s3-subject.ts';
import { versions } from './versions.ts';

export interface S3UnderTest {
  readonly s3: AnyS3;
  readonly accountId: string;
  close(): Promise<void>;
}

const parts = { buckets, objects, conditions, checksums, copies, multipart, listings, versions };

export interface ConformanceOptions {
  /** Names of cases that the subject is known to fail. */
  readonly deviations?: readonly string[];
  /** Parts to run; all of them by default. */
  readonly only?: readonly (keyof typeof parts)[];
}

/** What Holdfast needs of S3, as Amazon S3 does it, against any implementation. */
export function s3Conformance(
  makeClient: () => Promise<S3UnderTest>,
  { deviations = [], only }: ConformanceOptions = {},
): void {
  let made: S3UnderTest;
  beforeAll(async () => {
    made = await makeClient();
  });
  afterAll(() => made?.close());
  const subject: S3Subject = {
    // Made in `beforeAll`, while the cases are named before it.
    s3: { send: ((...args: Parameters<AnyS3['send']>) => made.s3.send(...args)) as AnyS3['send'] },
    accountId: () => made.accountId,
    bucket: async ({ versioning = false } = {}) => {
      const Bucket = uniqueBucketName();
      await made.s3.send(new CreateBucketCommand({ Bucket }));
      if (versioning) {
        const VersioningConfiguration = { Status: 'Enabled' as const };
        await made.s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      }
      return Bucket;
    },
    check: checker(new Set(deviations)),
  };
  for (const name of only ?? (Object.keys(parts) as (keyof typeof parts)[])) {
    describe(name, () => parts[name](subject));
  }
}
