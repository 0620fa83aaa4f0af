import { ServiceError } from '../service.ts';
import type { ObjectVersion } from './object-version.ts';
import type { S3Call } from './s3-call.ts';

/** Refuses what would remove or shorten a version under retention or legal hold. */
export function assertNotLocked(s3: S3Call, version: ObjectVersion, bypassGovernance: boolean | undefined): void {
  if (version.kind === 'marker' || !version.lock) return;
  const { mode, retainUntilMs = 0, legalHold } = version.lock;
  const isRetained = retainUntilMs > s3.clock.now() && !(mode === 'GOVERNANCE' && bypassGovernance);
  if (isRetained || legalHold) {
    throw new ServiceError('AccessDenied', 'Access Denied because object protected by object lock.', 403);
  }
}
