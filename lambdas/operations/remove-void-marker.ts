import { InvalidInput } from '../../core/errors/input-errors.ts';
import { imagePrefix, manifestKey } from '../../core/image-layout.ts';
import { decodeManifest, MAX_MANIFEST_BYTES } from '../../core/manifest.ts';
import { parseS3Uri, type S3Uri } from '../../core/s3-uri.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { removeVoidMarkerContract } from '../contracts/remove-void-marker.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ListedVersion, ObjectStore } from '../ports/object-store.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';

type Ports = AuthorityPorts & { readonly objects: ObjectStore; readonly clock: Clock };

/**
 * {@link removeVoidMarkerContract}: last act of a clean-up, after which the destination lists as before the session
 * (I12). The marker stays while a step in flight could still seal or copy there.
 * @throws Superseded, ImageConflict, InvalidInput
 */
export const removeVoidMarker =
  (ports: Ports) =>
  async (input: RemovalInput): Promise<OutputOf<typeof removeVoidMarkerContract>> => {
    const entry = await assertAuthority(ports, input, 'destination');
    if (entry === undefined) {
      throw new InvalidInput('authority: a roll-back leaves the marker to the clean-up', 'holdfast cleanup', {
        field: 'authority',
      });
    }
    if (ports.clock.now() < entry.notBefore) {
      return {
        decision: 'TOO_EARLY',
        reason: `a step in flight may write until ${new Date(entry.notBefore).toISOString()}`,
      };
    }
    const root = parseS3Uri(input.root, 'root');
    const marker = manifestKey(root, input.sessionId);
    const found = await whatIsLeft(ports.objects, root, imagePrefix(root, input.sessionId), marker);
    if ('other' in found) return { decision: 'NOT_EMPTY', reason: `${found.other} is there` };
    if (found.markers.length > 0) {
      const there = await ports.objects.get(root.bucket, marker, MAX_MANIFEST_BYTES);
      if (there !== undefined && decodeManifest(there.bytes, marker).kind !== 'VOID') {
        return { decision: 'NOT_EMPTY', reason: `${marker} is no VOID marker` };
      }
    }
    await ports.objects.deleteVersions(root.bucket, asAsync(found.markers));
    return { decision: 'REMOVED', reason: found.markers.length > 0 ? 'nothing else was there' : 'it was gone already' };
  };

async function whatIsLeft(
  objects: ObjectStore,
  root: S3Uri,
  prefix: string,
  marker: string,
): Promise<{ readonly markers: ListedVersion[] } | { readonly other: string }> {
  for await (const upload of objects.listUploads(root.bucket, prefix)) return { other: `an upload of ${upload.key}` };
  const markers: ListedVersion[] = [];
  for await (const version of objects.listVersions(root.bucket, prefix)) {
    if (version.key !== marker) return { other: version.key };
    markers.push(version);
  }
  return { markers };
}

async function* asAsync<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}
