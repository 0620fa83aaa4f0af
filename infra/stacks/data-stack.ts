import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { BlockPublicAccess, Bucket, BucketEncryption, type IBucket, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { CfnDeletionPolicy, type CfnResource, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HoldfastConfig } from '../config.ts';

/** Days after which a leftover of the work bucket goes by itself: longer than a failed execution can be redriven (14). */
const LEFTOVER_DAYS = 30;

/**
 * What outlives the application: the backup system table, the bucket of the system snapshots and the work bucket.
 * Logical ids are pinned (a renamed id would be a new, empty table); names are CloudFormation's; imports take what an
 * earlier deployment left.
 */
export class DataStack extends Stack {
  readonly table: Pick<ITable, 'tableName' | 'tableArn'>;
  readonly systemBucket: Pick<IBucket, 'bucketName' | 'bucketArn'>;
  readonly workBucket: Pick<IBucket, 'bucketName' | 'bucketArn'>;

  constructor(scope: Construct, id: string, props: StackProps & { readonly config: HoldfastConfig }) {
    super(scope, id, { ...props, terminationProtection: true });
    const { imports } = props.config;
    this.table = imports.tableArn ? Table.fromTableArn(this, 'SystemTable', imports.tableArn) : this.#systemTable();
    this.systemBucket = imports.systemBucketName
      ? Bucket.fromBucketName(this, 'SystemBucket', imports.systemBucketName)
      : this.#systemBucket();
    this.workBucket = imports.workBucketName
      ? Bucket.fromBucketName(this, 'WorkBucket', imports.workBucketName)
      : this.#workBucket();
  }

  #systemTable(): Table {
    const table = new Table(this, 'SystemTable', {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.DEFAULT,
      deletionProtection: true,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keep(table.node.defaultChild as CfnResource, 'SystemTable');
    return table;
  }

  /** Versioned: a system snapshot is what a roll-back restores from. Holdfast deletes by version. */
  #systemBucket(): Bucket {
    const bucket = this.#bucket('SystemBucket', true);
    bucket.addLifecycleRule({
      id: 'Leftovers',
      noncurrentVersionExpiration: Duration.days(LEFTOVER_DAYS),
      expiredObjectDeleteMarker: true,
      abortIncompleteMultipartUploadAfter: Duration.days(7),
    });
    return bucket;
  }

  /** Plans, results and failures of sessions: the session's clean-up removes them, the rule what it could not. */
  #workBucket(): Bucket {
    const bucket = this.#bucket('WorkBucket', false);
    bucket.addLifecycleRule({
      id: 'Leftovers',
      expiration: Duration.days(LEFTOVER_DAYS),
      abortIncompleteMultipartUploadAfter: Duration.days(7),
    });
    return bucket;
  }

  #bucket(id: string, versioned: boolean): Bucket {
    const bucket = new Bucket(this, id, {
      versioned,
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    keep(bucket.node.defaultChild as CfnResource, id);
    return bucket;
  }
}

/** Kept whatever happens to the stack, but not by a first deployment that failed: that could never be repeated. */
function keep(resource: CfnResource, logicalId: string): void {
  resource.overrideLogicalId(logicalId);
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN_EXCEPT_ON_CREATE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
}
