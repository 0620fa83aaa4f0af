import { describe, expect, it } from 'vitest';
import { resourcesOf, synthesize, templatesOf } from './app-in-process.ts';
import { IMPORTS, MINIMAL } from './configurations.ts';

describe('the stack of the data', () => {
  const { data } = templatesOf(MINIMAL);

  it('pins the logical ids of what holds data', () => {
    const kept = Object.entries(data.Resources).filter(([, { Type }]) => !Type.endsWith('Policy'));
    expect(Object.fromEntries(kept.map(([id, { Type }]) => [id, Type]))).toEqual({
      SystemTable: 'AWS::DynamoDB::Table',
      SystemBucket: 'AWS::S3::Bucket',
      WorkBucket: 'AWS::S3::Bucket',
    });
  });

  it('keeps them whatever happens to the stack, but not when the first deployment fails', () => {
    for (const id of ['SystemTable', 'SystemBucket', 'WorkBucket']) {
      expect(data.Resources[id]).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
    }
    const artifact = synthesize(MINIMAL).getStackByName('Holdfast-Data');
    expect(artifact.terminationProtection).toBe(true);
  });

  it('has a table with point-in-time recovery and deletion protection, paid by request, and no TTL (I2)', () => {
    const { Properties } = data.Resources.SystemTable!;
    expect(Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    });
    expect(Properties).not.toHaveProperty('TimeToLiveSpecification');
    expect(Properties).not.toHaveProperty('TableName');
  });

  it('has buckets that nobody reaches from outside or without TLS', () => {
    for (const id of ['SystemBucket', 'WorkBucket']) {
      const { Properties } = data.Resources[id]!;
      expect(Properties.PublicAccessBlockConfiguration).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      });
      expect(Properties).not.toHaveProperty('BucketName');
      const policy = resourcesOf(data, 'AWS::S3::BucketPolicy').find(([, p]) => p.Properties.Bucket.Ref === id);
      expect(JSON.stringify(policy)).toContain('"aws:SecureTransport":"false"');
    }
  });

  it('keeps versions of system snapshots, and lets leftovers of both buckets go', () => {
    const [system, work] = ['SystemBucket', 'WorkBucket'].map((id) => data.Resources[id]!.Properties);
    expect(system.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(system.LifecycleConfiguration.Rules[0]).toMatchObject({
      NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
    });
    // A failed execution can be redriven for 14 days: what it needs is still there.
    expect(work.LifecycleConfiguration.Rules[0].ExpirationInDays).toBeGreaterThan(14);
  });

  it('adopts what an earlier deployment left', () => {
    const { data: imported, app } = templatesOf(IMPORTS);
    expect(imported.Resources ?? {}).toEqual({});
    expect(app.Outputs.TableArn!.Value).toBe(IMPORTS.imports.tableArn);
    expect(app.Outputs.TableName!.Value).toBe('Holdfast-Data-SystemTable-1A2B');
    expect(app.Outputs.WorkBucket!.Value).toBe(IMPORTS.imports.workBucketName);
  });
});
