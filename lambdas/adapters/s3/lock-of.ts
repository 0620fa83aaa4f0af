import { GetObjectLegalHoldCommand, GetObjectRetentionCommand } from '@aws-sdk/client-s3';
import type { ObjectLock } from '../../ports/object-store.ts';
import { describeSdkError } from '../retry.ts';
import { findListed } from './list-objects.ts';
import { at, retried, type S3World, s3Failure } from './s3-request.ts';

/** Retention and legal hold of an object. Refused is not "none": who may not look must not delete (I9). */
export async function lockOf(world: S3World, bucket: string, key: string): Promise<ObjectLock> {
  const of = { Bucket: bucket, Key: key };
  const retention = await unlessNone(world, of, async () => {
    const { Retention } = await world.s3.send(new GetObjectRetentionCommand(of));
    return Retention?.RetainUntilDate === undefined ? undefined : new Date(Retention.RetainUntilDate).getTime();
  });
  const hold = await unlessNone(world, of, async () => {
    const { LegalHold } = await world.s3.send(new GetObjectLegalHoldCommand(of));
    return LegalHold?.Status === 'ON';
  });
  return { ...(retention !== undefined && { retainUntilMs: retention }), isHeld: hold === true };
}

/** An object without a lock answers 404, a bucket without Object Lock 400 (API, "GetObjectRetention"). */
async function unlessNone<T>(
  world: S3World,
  { Bucket, Key }: { readonly Bucket: string; readonly Key: string },
  call: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await retried(world, call);
  } catch (error) {
    const { name, message, status } = describeSdkError(error);
    const hasNone =
      name === 'NoSuchObjectLockConfiguration' || (name === 'InvalidRequest' && /Object ?Lock/i.test(message));
    const isMissing = status === 404 && name !== 'NoSuchBucket' && !(await findListed(world, Bucket, Key));
    if (hasNone || isMissing) return undefined;
    throw s3Failure(error, `lock of ${at(Bucket, Key)}`);
  }
}
