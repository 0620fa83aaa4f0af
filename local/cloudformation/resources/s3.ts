import type { PolicyDocument } from '../../role-store.ts';
import { ServiceError } from '../../service.ts';
import { type ResourceHandler, textOf } from '../resource-handler.ts';

type Shape = Record<string, unknown>;

const bucket: ResourceHandler = {
  async apply({ cloud, properties, name: generated }) {
    const Bucket = textOf(properties.BucketName, generated);
    const put = (operation: string, input: Shape) => cloud.call('s3', operation, { Bucket, ...input });
    await put('CreateBucket', { ObjectLockEnabledForBucket: properties.ObjectLockEnabled === true }).catch((error) => {
      if (!(error instanceof ServiceError) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
    });
    const versioning = properties.VersioningConfiguration as Shape | undefined;
    if (versioning) await put('PutBucketVersioning', { VersioningConfiguration: versioning });
    const encryption = properties.BucketEncryption as { ServerSideEncryptionConfiguration?: Shape[] } | undefined;
    if (encryption) {
      const Rules = (encryption.ServerSideEncryptionConfiguration ?? []).map(
        ({ ServerSideEncryptionByDefault, ...rule }) => ({
          ...rule,
          ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault,
        }),
      );
      await put('PutBucketEncryption', { ServerSideEncryptionConfiguration: { Rules } });
    }
    const lifecycle = properties.LifecycleConfiguration as { Rules?: Shape[] } | undefined;
    if (lifecycle) {
      const Rules = (lifecycle.Rules ?? []).map(lifecycleRule);
      await put('PutBucketLifecycleConfiguration', { LifecycleConfiguration: { Rules } });
    }
    for (const [operation, member] of SAME_SHAPE) {
      if (properties[member]) await put(operation, { [member]: properties[member] });
    }
    const domain = `${Bucket}.s3.amazonaws.com`;
    return {
      physicalId: Bucket,
      attributes: {
        Arn: `arn:aws:s3:::${Bucket}`,
        DomainName: domain,
        RegionalDomainName: `${Bucket}.s3.${cloud.region}.amazonaws.com`,
        WebsiteURL: `http://${Bucket}.s3-website-${cloud.region}.amazonaws.com`,
      },
    };
  },
};

/** Properties whose form is that of the call's input. */
const SAME_SHAPE = [
  ['PutPublicAccessBlock', 'PublicAccessBlockConfiguration'],
  ['PutBucketOwnershipControls', 'OwnershipControls'],
  ['PutObjectLockConfiguration', 'ObjectLockConfiguration'],
] as const;

/** CloudFormation and S3 spell a rule differently. */
function lifecycleRule(rule: Shape): Shape {
  const { Id, ExpirationInDays, ExpiredObjectDeleteMarker, Prefix, Transitions, ...same } = rule;
  const expiration = {
    ...(ExpirationInDays === undefined ? {} : { Days: Number(ExpirationInDays) }),
    ...(ExpiredObjectDeleteMarker === undefined ? {} : { ExpiredObjectDeleteMarker }),
  };
  return {
    ...same,
    ...(Id === undefined ? {} : { ID: Id }),
    Filter: { Prefix: Prefix ?? '' },
    ...(Object.keys(expiration).length > 0 ? { Expiration: expiration } : {}),
    ...(Array.isArray(Transitions)
      ? {
          Transitions: (Transitions as Shape[]).map(({ TransitionInDays, StorageClass }) => ({
            Days: TransitionInDays,
            StorageClass,
          })),
        }
      : {}),
  };
}

const bucketPolicy: ResourceHandler = {
  async apply({ cloud, properties }) {
    const Bucket = String(properties.Bucket);
    const document = properties.PolicyDocument as PolicyDocument;
    await cloud.call('s3', 'PutBucketPolicy', { Bucket, Policy: JSON.stringify(document) });
    cloud.roles.putResourcePolicy(`arn:aws:s3:::${Bucket}`, document);
    return { physicalId: Bucket, attributes: {} };
  },
  async remove(cloud, { physicalId }) {
    await cloud.call('s3', 'DeleteBucketPolicy', { Bucket: physicalId });
    cloud.roles.removeResourcePolicy(`arn:aws:s3:::${physicalId}`);
  },
};

export const s3Resources: Record<string, ResourceHandler> = {
  'AWS::S3::Bucket': bucket,
  'AWS::S3::BucketPolicy': bucketPolicy,
};
