import type {
  CreateBucketCommandInput,
  DeleteBucketCommandInput,
  GetBucketLocationCommandInput,
  GetBucketVersioningCommandInput,
  HeadBucketCommandInput,
  ListBucketsCommandInput,
  PutBucketVersioningCommandInput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../service.ts';
import { asHead } from '../find-object.ts';
import { bucketOf, nowMs, type Operation } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';

type Output = Record<string, unknown>;

const wellFormedName = /^(?!xn--|sthree-)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const createBucket: Operation<CreateBucketCommandInput, Output> = (s3, input) => {
  const name = input.Bucket ?? '';
  if (!wellFormedName.test(name)) {
    throw new ServiceError('InvalidBucketName', 'The specified bucket is not valid.', 400, { BucketName: name });
  }
  const region = input.CreateBucketConfiguration?.LocationConstraint ?? s3.region;
  if (s3.state.buckets.has(name)) {
    throw new ServiceError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: name },
    );
  }
  const objectLock = input.ObjectLockEnabledForBucket === true;
  s3.commit({
    do: 'bucket',
    bucket: name,
    facts: {
      createdMs: nowMs(s3),
      region,
      objectLock,
      versioning: objectLock ? 'Enabled' : undefined,
      settings: objectLock ? { ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled' } } : {},
    },
  });
  return { Location: `/${name}` };
};

export const deleteBucket: Operation<DeleteBucketCommandInput, Output> = (s3, input) => {
  if (bucketOf(s3, input).keys.size > 0) {
    throw new ServiceError('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
      BucketName: input.Bucket,
    });
  }
  s3.commit({ do: 'drop-bucket', bucket: input.Bucket! });
  return {};
};

export const headBucket: Operation<HeadBucketCommandInput, Output> = (s3, input) =>
  asHead(() => ({ BucketRegion: bucketOf(s3, input).facts.region, AccessPointAlias: false }));

export const listBuckets: Operation<ListBucketsCommandInput, Output> = (s3, input) => {
  const names = [...s3.state.buckets.keys()].filter((name) => name.startsWith(input.Prefix ?? '')).sort();
  const after = names.filter((name) => input.ContinuationToken === undefined || name > input.ContinuationToken);
  const page = after.slice(0, input.MaxBuckets ?? 10_000);
  return {
    Owner: { ID: s3.accountId },
    Buckets: page.map((Name) => {
      const { createdMs, region } = s3.state.buckets.get(Name)!.facts;
      return { Name, CreationDate: new Date(createdMs), BucketRegion: region };
    }),
    ...(page.length < after.length && { ContinuationToken: page.at(-1) }),
    ...(input.Prefix !== undefined && { Prefix: input.Prefix }),
  };
};

/** us-east-1 is said by silence. */
export const getBucketLocation: Operation<GetBucketLocationCommandInput, Output> = (s3, input) => {
  const { region } = bucketOf(s3, input).facts;
  return region === 'us-east-1' ? {} : { LocationConstraint: region };
};

export const putBucketVersioning: Operation<PutBucketVersioningCommandInput, Output> = (s3, input) => {
  const { facts } = bucketOf(s3, input);
  const status = input.VersioningConfiguration?.Status;
  if (status !== 'Enabled' && status !== 'Suspended') {
    throw new ServiceError('IllegalVersioningConfigurationException', 'The Versioning element must be specified', 400);
  }
  if (facts.objectLock && status === 'Suspended') {
    throw new ServiceError(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
      409,
    );
  }
  if (input.VersioningConfiguration?.MFADelete === 'Enabled') throw s3Error.notImplementedHeader('x-amz-mfa');
  s3.commit({ do: 'bucket', bucket: input.Bucket!, facts: { ...facts, versioning: status } });
  return {};
};

export const getBucketVersioning: Operation<GetBucketVersioningCommandInput, Output> = (s3, input) => {
  const { versioning } = bucketOf(s3, input).facts;
  return versioning ? { Status: versioning } : {};
};
