import type { BackupId } from '../../core/backup-id.ts';
import { ImageLocked } from '../../core/errors/image-errors.ts';
import { manifestKey } from '../../core/image-layout.ts';
import { nameSome } from '../../core/name-some.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/**
 * Images that S3 Object Lock keeps are not deleted: half of one would be left. The manifest is asked: it is written last,
 * so that the bucket's default retention of the other objects ends before its own.
 * @throws ImageLocked naming each and until when
 */
export async function refuseLocked(
  { objects, clock }: { readonly objects: Pick<ObjectStore, 'lockOf'>; readonly clock: Clock },
  rootUri: string,
  images: readonly { readonly id: BackupId; readonly was: 'COMPLETE' | 'SHELL' }[],
): Promise<void> {
  const root = parseS3Uri(rootUri, 'root');
  const locked: string[] = [];
  for (const { id, was } of images) {
    if (was === 'SHELL') continue;
    const { retainUntilMs = 0, isHeld } = await objects.lockOf(root.bucket, manifestKey(root, id));
    if (isHeld) locked.push(`${id} has a legal hold`);
    else if (retainUntilMs > clock.now())
      locked.push(`${id} is retained until ${new Date(retainUntilMs).toISOString()}`);
  }
  if (locked.length === 0) return;
  throw new ImageLocked(
    `S3 Object Lock keeps what was to be deleted: ${nameSome(locked, '; ')}; nothing was deleted`,
    'leave them out, or wait; who may lift a legal hold or a retention in governance mode does so in S3 first',
    { root: rootUri, count: locked.length },
  );
}
