import type {
  GetObjectLegalHoldCommandInput,
  GetObjectRetentionCommandInput,
  PutObjectLegalHoldCommandInput,
  PutObjectRetentionCommandInput,
} from '@aws-sdk/client-s3';
import { ServiceError } from '../../service.ts';
import { objectAt } from '../find-object.ts';
import { assertNotLocked } from '../object-lock.ts';
import type { ObjectLock } from '../object-version.ts';
import { bucketOf, type Operation, type S3Call } from '../s3-call.ts';
import { s3Error } from '../s3-error.ts';

type Output = Record<string, unknown>;

function lockedObject(s3: S3Call, input: PutObjectRetentionCommandInput) {
  if (!bucketOf(s3, input).facts.objectLock) {
    throw s3Error.invalidRequest('Bucket is missing Object Lock Configuration');
  }
  return objectAt(s3, input);
}

const notFound = () =>
  new ServiceError(
    'NoSuchObjectLockConfiguration',
    'The specified object does not have a ObjectLock configuration',
    404,
  );

/** Retention may always grow; COMPLIANCE never shrinks, GOVERNANCE only with the bypass. */
export const putObjectRetention: Operation<PutObjectRetentionCommandInput, Output> = (s3, input) => {
  const object = lockedObject(s3, input);
  const { Mode: mode, RetainUntilDate } = input.Retention ?? {};
  const retainUntilMs = RetainUntilDate && new Date(RetainUntilDate).getTime();
  if ((mode === undefined) !== (retainUntilMs === undefined))
    throw s3Error.malformed('Mode and RetainUntilDate go together');
  if (retainUntilMs !== undefined && retainUntilMs <= s3.clock.now()) {
    throw s3Error.invalidArgument('The retain until date must be in the future!', 'RetainUntilDate', RetainUntilDate);
  }
  const isExtension = object.lock?.mode === mode && (retainUntilMs ?? 0) >= (object.lock?.retainUntilMs ?? 0);
  if (!isExtension && object.lock) {
    assertNotLocked(s3, { ...object, lock: { ...object.lock, legalHold: false } }, input.BypassGovernanceRetention);
  }
  const lock: ObjectLock = { ...object.lock, mode, retainUntilMs };
  s3.commit({ do: 'change', bucket: input.Bucket!, key: input.Key!, version: { ...object, lock } });
  return {};
};

export const getObjectRetention: Operation<GetObjectRetentionCommandInput, Output> = (s3, input) => {
  const { lock } = lockedObject(s3, input);
  if (lock?.mode === undefined) throw notFound();
  return { Retention: { Mode: lock.mode, RetainUntilDate: new Date(lock.retainUntilMs!) } };
};

export const putObjectLegalHold: Operation<PutObjectLegalHoldCommandInput, Output> = (s3, input) => {
  const object = lockedObject(s3, input);
  const lock: ObjectLock = { ...object.lock, legalHold: input.LegalHold?.Status === 'ON' };
  s3.commit({ do: 'change', bucket: input.Bucket!, key: input.Key!, version: { ...object, lock } });
  return {};
};

export const getObjectLegalHold: Operation<GetObjectLegalHoldCommandInput, Output> = (s3, input) => {
  const { lock } = lockedObject(s3, input);
  if (lock?.legalHold === undefined) throw notFound();
  return { LegalHold: { Status: lock.legalHold ? 'ON' : 'OFF' } };
};
