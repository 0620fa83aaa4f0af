import { ImageConflict } from '../../core/errors/image-errors.ts';
import { imagePrefix, manifestKey } from '../../core/image-layout.ts';
import { decodeManifest, MAX_MANIFEST_BYTES } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { StepRun } from '../ports/step-run.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';
import { removePrefix } from './remove-prefix.ts';

type Ports = AuthorityPorts & { readonly objects: ObjectStore; readonly clock: Clock };

/**
 * {@link cleanDestinationContract}. Data goes only where a VOID marker stands, so that a sealed manifest never stands
 * over missing bytes (I1); the marker stays, older versions of its key go.
 * @throws Superseded, InvalidInput; ImageConflict if the manifest's key holds no VOID marker
 */
export const cleanDestination =
  (ports: Ports) =>
  async (input: RemovalInput, { stopAt }: StepRun): Promise<{ deleted: number; aborted: number; isDone: boolean }> => {
    await assertAuthority(ports, input, 'destination');
    const root = parseS3Uri(input.root, 'root');
    const marker = manifestKey(root, input.sessionId);
    const where = `s3://${root.bucket}/${marker}`;
    const there = await ports.objects.get(root.bucket, marker, MAX_MANIFEST_BYTES);
    if (there === undefined || decodeManifest(there.bytes, where).kind !== 'VOID') {
      throw new ImageConflict(`${where} holds no VOID marker: nothing is deleted`, `holdfast repair ${root.uri}`, {
        where,
      });
    }
    let oldMarkers = 0;
    const removed = await removePrefix(
      ports.objects,
      { bucket: root.bucket, prefix: imagePrefix(root, input.sessionId) },
      { clock: ports.clock, stopAt },
      ({ key, isLatest }) => {
        if (key !== marker) return false;
        if (!isLatest) oldMarkers++;
        return isLatest;
      },
    );
    // Each pass puts the marker once more. In a bucket with versions that would look as if there was always something.
    return { ...removed, deleted: removed.deleted - oldMarkers };
  };
