import { TargetExists } from '../../core/errors/image-errors.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Puts a file of a snapshot below the target, If-None-Match. The same bytes there already count. @throws TargetExists */
export async function putAsIs(
  objects: Pick<ObjectStore, 'putOnce'>,
  target: S3Uri,
  path: string,
  bytes: Uint8Array,
): Promise<void> {
  const key = `${target.prefix}/${path}`;
  const { decision } = await objects.putOnce(target.bucket, key, bytes);
  if (decision === 'CREATED') return;
  throw new TargetExists(
    `s3://${target.bucket}/${key} is there with another content`,
    'find out who writes there, then restore again',
    { target: target.uri, key },
  );
}
