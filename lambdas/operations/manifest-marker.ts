import type { BackupId } from '../../core/backup-id.ts';
import { ImageDamaged } from '../../core/errors/image-errors.ts';
import { manifestKey } from '../../core/image-layout.ts';
import { decodeManifest, MAX_MANIFEST_BYTES } from '../../core/manifest.ts';
import type { S3Uri } from '../../core/s3-uri.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** What stands at a manifest's key. SEALED: a manifest, a damaged one too: who sees only S3 may take it for an image. */
export type ManifestMarker =
  | { readonly kind: 'VOID' | 'SHELL' | 'NOTHING' }
  | { readonly kind: 'SEALED'; readonly etag: string };

export async function manifestMarker(
  objects: Pick<ObjectStore, 'get'>,
  root: S3Uri,
  id: BackupId,
): Promise<ManifestMarker> {
  const key = manifestKey(root, id);
  const stored = await objects.get(root.bucket, key, MAX_MANIFEST_BYTES);
  if (stored === undefined) return { kind: 'NOTHING' };
  try {
    const { kind } = decodeManifest(stored.bytes, key);
    return kind === 'IMAGE' ? { kind: 'SEALED', etag: stored.etag } : { kind };
  } catch (error) {
    if (!(error instanceof ImageDamaged)) throw error;
    return { kind: 'SEALED', etag: stored.etag };
  }
}
