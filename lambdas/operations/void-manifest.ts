import { manifestKey } from '../../core/image-layout.ts';
import { encodeVoid } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';

/**
 * {@link voidManifestContract}: from here on the prefix is no image and can never become one. Unconditional, over a
 * sealed manifest too: the commit that would have made it an image was fenced off by the take-over (I6, I8).
 * @throws Superseded, ImageConflict, InvalidInput
 */
export const voidManifest =
  (ports: AuthorityPorts & { readonly objects: Pick<ObjectStore, 'put'> }) =>
  async (input: RemovalInput): Promise<{ voided: true }> => {
    await assertAuthority(ports, input, 'destination');
    const root = parseS3Uri(input.root, 'root');
    await ports.objects.put(root.bucket, manifestKey(root, input.sessionId), encodeVoid(input.sessionId));
    return { voided: true };
  };
