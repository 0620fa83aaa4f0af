import type { S3Uri } from '../core/s3-uri.ts';

/** One statement of a step's role. Resources are named; what IAM cannot scope is in {@link UNSCOPED_ACTIONS}. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/**
 * Actions for which IAM has no resource level (Service Authorization Reference), and why they are given.
 * The statement that has them names `*`; nothing else may.
 */
export const UNSCOPED_ACTIONS: Readonly<Record<string, string>> = {
  'logs:CreateLogDelivery': 'Step Functions sets up the delivery of its own log',
  'logs:DeleteLogDelivery': 'the same',
  'logs:DescribeLogGroups': 'the same',
  'logs:DescribeResourcePolicies': 'the same',
  'logs:GetLogDelivery': 'the same',
  'logs:ListLogDeliveries': 'the same',
  'logs:PutResourcePolicy': 'the same',
  'logs:UpdateLogDelivery': 'the same',
};

/** What the partitions of the system table are for (core/items.ts). */
export type PartitionKind = 'root' | 'history' | 'clean-up' | 'pins' | 'targets';
export type ItemAction = 'GetItem' | 'Query' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'ConditionCheckItem';

/** Names of what the stack has and of what the configuration allows: ARNs may be CDK tokens. */
export interface Estate {
  readonly partition: string;
  readonly tableArn: string;
  readonly systemBucketArn: string;
  readonly workBucketArn: string;
  readonly roots: readonly S3Uri[];
  readonly sources: readonly S3Uri[];
  /** Places of logs; their logs are read and nothing else. */
  readonly logs: readonly S3Uri[];
  readonly targets: readonly S3Uri[];
  /** Of the stack; a bucket of another owner is refused, whatever its policy allows. */
  readonly account: string;
  /** Accounts of the buckets that are not the stack's account's. */
  readonly bucketAccounts: Readonly<Record<string, string>>;
  /** ARNs of the keys that encrypt the places. */
  readonly keys: readonly string[];
  /** `s3.<region>.<suffix>`: a key is used by S3 for the function, never by the function itself. */
  readonly s3Service: string;
}

/** A bucket and a pattern of keys in it. */
export interface Area {
  readonly bucketArn: string;
  /** With `*` for "anything, slashes too", as in IAM. */
  readonly pattern: string;
  /** Owner of the bucket. */
  readonly account: string;
  /** One of the configuration's places: its objects may be encrypted with the configured keys. */
  readonly isPlace: boolean;
}

/** The words in which `infra/steps/` says what a step may do. */
export class Grants {
  readonly #estate: Estate;

  constructor(estate: Estate) {
    this.#estate = estate;
  }

  /** Items of partitions of these kinds, and no others (`dynamodb:LeadingKeys`). */
  items(kinds: readonly PartitionKind[], ...actions: readonly ItemAction[]): Grant {
    return {
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [this.#estate.tableArn],
      conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}#*`) } },
    };
  }

  /** Every configured root; `below` is relative to the root, e.g. `images/*`. */
  roots = (below: string): Area[] => this.#places(this.#estate.roots, below);
  sources = (below = '*'): Area[] => this.#places(this.#estate.sources, below);
  /** Logs, wherever they are configured to lie: sources, and places of logs alone. */
  logs = (): Area[] => {
    const places = new Map([...this.#estate.sources, ...this.#estate.logs].map((place) => [place.uri, place]));
    return ['WALs/*', 'oldWALs/*'].flatMap((below) => this.#places([...places.values()], below));
  };
  targets = (below = '*'): Area[] => this.#places(this.#estate.targets, below);
  /** The registry of roots at the top of each root's bucket. */
  registry = (key: string): Area[] =>
    [...new Set(this.#estate.roots.map(({ bucket }) => bucket))].map((bucket) => this.#area(bucket, key));
  system = (pattern = 'system/*'): Area[] => [this.#own(this.#estate.systemBucketArn, pattern)];
  work = (pattern = 'work/*'): Area[] => [this.#own(this.#estate.workBucketArn, pattern)];

  /** Reading, and the LIST that alone decides whether something is absent. */
  read = (areas: readonly Area[]): Grant[] => [...this.objects(areas, 's3:GetObject'), ...this.list(areas)];

  /** Creating: Put, Copy, parts and completion of a multipart upload, and giving up one's own upload. */
  create = (areas: readonly Area[]): Grant[] => this.objects(areas, 's3:PutObject', 's3:AbortMultipartUpload');

  list = (areas: readonly Area[]): Grant[] => this.bucket(areas, 's3:ListBucket');

  /** "Lists as before" means versions, delete markers and unfinished uploads too (I12). */
  listAll = (areas: readonly Area[]): Grant[] =>
    this.bucket(areas, 's3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads');

  /** Deleting for good, by version; a function that has this has no {@link create}. */
  remove = (areas: readonly Area[]): Grant[] => [
    ...this.objects(areas, 's3:DeleteObject', 's3:DeleteObjectVersion', 's3:AbortMultipartUpload'),
    ...this.listAll(areas),
  ];

  objects(areas: readonly Area[], ...actions: readonly string[]): Grant[] {
    const byAccount = Map.groupBy(areas, ({ account }) => account);
    const grants: Grant[] = [...byAccount].map(([account, owned]) => ({
      actions,
      resources: owned.map(({ bucketArn, pattern }) => `${bucketArn}/${pattern}`),
      conditions: ownedBy(account),
    }));
    return areas.some(({ isPlace }) => isPlace) ? [...grants, ...this.#useOfKeys(actions)] : grants;
  }

  /** Actions on a bucket, one statement a bucket, narrowed to the areas' prefixes. */
  bucket(areas: readonly Area[], ...actions: readonly string[]): Grant[] {
    const byBucket = Map.groupBy(areas, ({ bucketArn }) => bucketArn);
    return [...byBucket].map(([bucketArn, inBucket]) => ({
      actions,
      resources: [bucketArn],
      conditions: {
        ...ownedBy(inBucket[0]?.account ?? this.#estate.account),
        StringLike: { 's3:prefix': inBucket.map(({ pattern }) => pattern) },
      },
    }));
  }

  /** HeadBucket and its Region: it carries no prefix, so the grant cannot be narrowed to one. */
  headBuckets = (areas: readonly Area[]): Grant[] =>
    [...Map.groupBy(areas, ({ account }) => account)].map(([account, owned]) => ({
      actions: ['s3:ListBucket'],
      resources: [...new Set(owned.map(({ bucketArn }) => bucketArn))],
      conditions: ownedBy(account),
    }));

  /** What S3 does with the keys when it reads or writes for the function; parts of an upload are read with Decrypt. */
  #useOfKeys(actions: readonly string[]): Grant[] {
    const { keys, s3Service } = this.#estate;
    const writes = actions.includes('s3:PutObject');
    if (keys.length === 0 || !(writes || actions.includes('s3:GetObject'))) return [];
    return [
      {
        actions: writes ? ['kms:Decrypt', 'kms:GenerateDataKey'] : ['kms:Decrypt'],
        resources: keys,
        conditions: { StringEquals: { 'kms:ViaService': [s3Service] } },
      },
    ];
  }

  #places(places: readonly S3Uri[], below: string): Area[] {
    return places.map(({ bucket, prefix }) => this.#area(bucket, `${prefix}/${below}`));
  }

  #area(bucket: string, pattern: string): Area {
    const { partition, account, bucketAccounts } = this.#estate;
    const bucketArn = `arn:${partition}:s3:::${bucket}`;
    return { bucketArn, pattern, account: bucketAccounts[bucket] ?? account, isPlace: true };
  }

  #own(bucketArn: string, pattern: string): Area {
    return { bucketArn, pattern, account: this.#estate.account, isPlace: false };
  }
}

/** A bucket's ARN names no account, and one that was deleted can be anybody's by now. */
export const ownedBy = (account: string) => ({ StringEquals: { 'aws:ResourceAccount': [account] } });
