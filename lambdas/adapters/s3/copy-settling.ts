import { UnknownAnswer } from '../../../core/errors/platform-errors.ts';
import type { CopyOutcome, CopyRequest, ObjectAttributes } from '../../ports/object-store.ts';
import { describeSdkError } from '../retry.ts';
import { findListed } from './list-objects.ts';
import { attributes } from './read-objects.ts';
import { at, type S3World, s3Failure } from './s3-request.ts';

/** `AGAIN`: neither destination nor source explains the answer any more; the copy is to be tried once more. */
export type Settled = CopyOutcome | { readonly decision: 'AGAIN' };

export const copyName = (request: CopyRequest): string =>
  `COPY ${at(request.sourceBucket, request.sourceKey)} to ${at(request.bucket, request.key)}`;

/** URL-encoded as the header wants it, slashes kept. */
export const copySource = (request: CopyRequest): string =>
  `${request.sourceBucket}/${request.sourceKey.split('/').map(encodeURIComponent).join('/')}`;

/** Our own copy: equal size, and all of the metadata that this request writes. */
const isOurs = (request: CopyRequest, found: ObjectAttributes): boolean =>
  found.size === request.size &&
  Object.entries(request.metadata).every(([name, value]) => found.metadata[name.toLowerCase()] === value);

/** What stands at the destination, as the outcome of this request; undefined if nothing does. One HEAD. */
export async function settleByDestination(world: S3World, request: CopyRequest): Promise<CopyOutcome | undefined> {
  const found = await attributes(world, request.bucket, request.key);
  if (found === undefined) return undefined;
  if (!isOurs(request, found)) return { decision: 'EXISTS' };
  if (found.checksum === undefined) {
    const what = `HEAD ${at(request.bucket, request.key)}`;
    throw new UnknownAnswer(`${what}: the copy has no CRC64NVME checksum`, 'report this answer of S3');
  }
  const { etag, checksum, versionId } = found;
  return { decision: 'COPIED', etag, checksum, ...(versionId !== undefined && { versionId }) };
}

/** What a LIST says about the source; undefined if it is there as planned. */
async function settleBySource(world: S3World, request: CopyRequest): Promise<CopyOutcome | undefined> {
  const source = await findListed(world, request.sourceBucket, request.sourceKey);
  if (source === undefined) return { decision: 'MISSING' };
  if (source.etag !== request.sourceEtag || source.size !== request.size) return { decision: 'CHANGED' };
  return undefined;
}

/** 412 of a copy: of its own If-None-Match, or of the source's If-Match. */
export async function settlePrecondition(world: S3World, request: CopyRequest): Promise<Settled> {
  return (await settleByDestination(world, request)) ?? (await settleBySource(world, request)) ?? { decision: 'AGAIN' };
}

/**
 * An answer that no further try would change: missing and refused look alike where the caller may not list, and a
 * copy is refused for its source and for its destination alike.
 * @throws PlatformRefused if it is the destination that is refused, UnknownAnswer
 */
export async function settleRefusal(world: S3World, request: CopyRequest, error: unknown): Promise<CopyOutcome> {
  const { name, message, status } = describeSdkError(error);
  if (name === 'InvalidObjectState') return { decision: 'UNREADABLE', reason: `archived storage class: ${message}` };
  if ((status !== 403 && status !== 404) || name === 'NoSuchBucket') throw s3Failure(error, copyName(request));
  const bySource = await settleBySource(world, request);
  if (bySource) return bySource;
  try {
    await attributes(world, request.sourceBucket, request.sourceKey);
  } catch (refused) {
    const reason = `${name}: ${message} (${(refused as Error).message})`;
    return { decision: 'UNREADABLE', reason };
  }
  // The source is listed and can be read: the destination refuses.
  throw s3Failure(error, copyName(request));
}
