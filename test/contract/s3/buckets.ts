import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetBucketPolicyCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { expectRefused, type S3Subject, uniqueBucketName } from './s3-subject.ts';

export function buckets({ s3, bucket, check }: S3Subject): void {
  check('a bucket is made once, listed, and deleted when empty', async () => {
    const Bucket = await bucket();
    await expectRefused(s3.send(new CreateBucketCommand({ Bucket })), 'BucketAlreadyOwnedByYou', 409);
    await s3.send(new HeadBucketCommand({ Bucket }));
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toContain(Bucket);
    await s3.send(new GetBucketLocationCommand({ Bucket }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    await expectRefused(s3.send(new DeleteBucketCommand({ Bucket })), 'BucketNotEmpty', 409);
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    await expectRefused(s3.send(new HeadBucketCommand({ Bucket })), 'NotFound', 404);
  });

  check('a name that is none is refused', async () => {
    await expectRefused(
      s3.send(new CreateBucketCommand({ Bucket: `${uniqueBucketName()}_X` })),
      'InvalidBucketName',
      400,
    );
  });

  check('policy, public access block and lifecycle are kept', async () => {
    const Bucket = await bucket();
    await expectRefused(s3.send(new GetBucketPolicyCommand({ Bucket })), 'NoSuchBucketPolicy', 404);
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${Bucket}/no` }],
    });
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
    expect(JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy!)).toEqual(JSON.parse(Policy));
    const PublicAccessBlockConfiguration = {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    };
    await s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
    expect(await s3.send(new GetPublicAccessBlockCommand({ Bucket }))).toMatchObject({
      PublicAccessBlockConfiguration,
    });
    const Rules = [
      {
        ID: 'r',
        Status: 'Enabled' as const,
        Filter: { Prefix: '' },
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
    ];
    await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
    expect(await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))).toMatchObject({ Rules });
  });
}
