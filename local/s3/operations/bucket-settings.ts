import { ServiceError } from '../../service.ts';
import { bucketOf, type Operation } from '../s3-call.ts';

type Input = Record<string, unknown> & { Bucket?: string; ExpectedBucketOwner?: string };
type Output = Record<string, unknown>;

interface Setting {
  /** Names of the operations; a setting without `remove` cannot be taken away. */
  readonly put: string;
  readonly get: string;
  readonly remove?: string;
  /** The member of the put's input that carries it. */
  readonly member: string;
  /** From what was put to the get's output; the same member by default. */
  readonly show?: (kept: unknown) => Output;
  /** What the get answers where nothing was put: an error, or an output. */
  readonly absent: ServiceError | Output;
}

const none = (name: string, message: string) => new ServiceError(name, message, 404);
const spread = (kept: unknown) => kept as Output;

/** Settings that are kept and answered as they came; the service enforces none of them but default encryption. */
const settings: readonly Setting[] = [
  {
    put: 'PutBucketPolicy',
    get: 'GetBucketPolicy',
    remove: 'DeleteBucketPolicy',
    member: 'Policy',
    absent: none('NoSuchBucketPolicy', 'The bucket policy does not exist'),
  },
  {
    put: 'PutPublicAccessBlock',
    get: 'GetPublicAccessBlock',
    remove: 'DeletePublicAccessBlock',
    member: 'PublicAccessBlockConfiguration',
    absent: none('NoSuchPublicAccessBlockConfiguration', 'The public access block configuration was not found'),
  },
  {
    put: 'PutBucketLifecycleConfiguration',
    get: 'GetBucketLifecycleConfiguration',
    remove: 'DeleteBucketLifecycle',
    member: 'LifecycleConfiguration',
    show: (kept) => ({ TransitionDefaultMinimumObjectSize: 'all_storage_classes_128K', ...spread(kept) }),
    absent: none('NoSuchLifecycleConfiguration', 'The lifecycle configuration does not exist'),
  },
  {
    put: 'PutBucketEncryption',
    get: 'GetBucketEncryption',
    remove: 'DeleteBucketEncryption',
    member: 'ServerSideEncryptionConfiguration',
    absent: {
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' }, BucketKeyEnabled: false }],
      },
    },
  },
  {
    put: 'PutBucketOwnershipControls',
    get: 'GetBucketOwnershipControls',
    remove: 'DeleteBucketOwnershipControls',
    member: 'OwnershipControls',
    absent: { OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] } },
  },
  {
    put: 'PutBucketTagging',
    get: 'GetBucketTagging',
    remove: 'DeleteBucketTagging',
    member: 'Tagging',
    show: spread,
    absent: none('NoSuchTagSet', 'The TagSet does not exist'),
  },
  {
    put: 'PutBucketNotificationConfiguration',
    get: 'GetBucketNotificationConfiguration',
    member: 'NotificationConfiguration',
    show: spread,
    absent: {},
  },
  { put: 'PutBucketLogging', get: 'GetBucketLogging', member: 'BucketLoggingStatus', show: spread, absent: {} },
  {
    put: 'PutObjectLockConfiguration',
    get: 'GetObjectLockConfiguration',
    member: 'ObjectLockConfiguration',
    absent: none('ObjectLockConfigurationNotFoundError', 'Object Lock configuration does not exist for this bucket'),
  },
];

const put =
  ({ member, put: name }: Setting): Operation<Input, Output> =>
  (s3, input) => {
    const { facts } = bucketOf(s3, input);
    const objectLock = facts.objectLock || name === 'PutObjectLockConfiguration';
    if (objectLock && facts.versioning !== 'Enabled') {
      throw new ServiceError(
        'InvalidBucketState',
        'Versioning must be "Enabled" on the bucket to apply a Object Lock configuration',
        409,
      );
    }
    const kept = { ...facts.settings, [member]: input[member] ?? {} };
    s3.commit({ do: 'bucket', bucket: input.Bucket!, facts: { ...facts, objectLock, settings: kept } });
    return {};
  };

const get =
  ({ member, show, absent }: Setting): Operation<Input, Output> =>
  (s3, input) => {
    const kept = bucketOf(s3, input).facts.settings[member];
    if (kept !== undefined) return show ? show(kept) : { [member]: kept };
    if (absent instanceof ServiceError) throw new ServiceError(absent.name, absent.message, absent.httpStatus);
    return absent;
  };

const remove =
  ({ member }: Setting): Operation<Input, Output> =>
  (s3, input) => {
    const { facts } = bucketOf(s3, input);
    const { [member]: _, ...kept } = facts.settings;
    s3.commit({ do: 'bucket', bucket: input.Bucket!, facts: { ...facts, settings: kept } });
    return {};
  };

export const bucketSettingOperations: ReadonlyMap<string, Operation<Input, Output>> = new Map(
  settings.flatMap((setting): [string, Operation<Input, Output>][] => [
    [setting.put, put(setting)],
    [setting.get, get(setting)],
    ...(setting.remove ? [[setting.remove, remove(setting)] as [string, Operation<Input, Output>]] : []),
  ]),
);
