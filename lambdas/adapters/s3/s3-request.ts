import { HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { PlatformRefused, PlatformUnavailable, UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { Clients } from '../clients.ts';
import { describeSdkError, retrying, type Verdict, verdictOf } from '../retry.ts';

export type S3World = Pick<Clients, 's3' | 'clock' | 'ids'>;

const REFUSED = new Set([
  'NoSuchBucket',
  'AccessDenied',
  'Forbidden',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'CredentialsProviderError',
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'InvalidObjectState',
  'KMS.DisabledException',
  'KMS.NotFoundException',
]);

/** An error of the SDK as one of the domain; `what` names the call and its object. */
export function s3Failure(error: unknown, what: string): HoldfastError {
  if (error instanceof HoldfastError) return error;
  const { name, message, status } = describeSdkError(error);
  const evidence = { call: what, code: name, status };
  if (verdictOf(error) === 'again') {
    return new PlatformUnavailable(`${what}: S3 answered ${name} to every try: ${message}`, 'start it again', evidence);
  }
  if (REFUSED.has(name) || status === 401 || status === 403 || status === 301) {
    const hint = 'check bucket, Region, credentials and policies: holdfast.config.json lists what the stack may reach';
    return new PlatformRefused(`${what}: ${name}: ${message}`, hint, evidence);
  }
  return new UnknownAnswer(`${what}: ${name}: ${message}`, 'report this answer of S3', evidence);
}

/** Sends with the one retry loop; what the SDK throws in the end is thrown as it is, for the caller to interpret. */
export function retried<T>(world: S3World, call: () => Promise<T>, verdict: (e: unknown) => Verdict = verdictOf) {
  return retrying(world, call, verdict);
}

/** The same for callers to whom every error is a failure. @throws PlatformRefused, PlatformUnavailable, UnknownAnswer */
export async function expected<T>(world: S3World, what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await retrying(world, call);
  } catch (error) {
    throw s3Failure(error, what);
  }
}

/** Missing or refused: where the caller may not list, S3 answers 403 for both (API, "GetObject"). */
export const isAbsence = (error: unknown): boolean => {
  const { name, status } = describeSdkError(error);
  return (status === 404 || status === 403) && name !== 'NoSuchBucket';
};

export const isPreconditionFailed = (error: unknown): boolean => describeSdkError(error).status === 412;

/** ETags without quotes: the form in which they are kept and compared. */
export const bareEtag = (etag: string): string => etag.replace(/^"(.*)"$/, '$1');

export const at = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
