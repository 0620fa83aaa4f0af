import { ImageConflict } from '../../core/errors/image-errors.ts';
import { manifestKey } from '../../core/image-layout.ts';
import { encodeShell } from '../../core/manifest.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { markShellContract } from '../contracts/mark-shell.contract.ts';
import type { RemovalInput } from '../contracts/removal-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { manifestMarker } from './manifest-marker.ts';
import { type AuthorityPorts, assertAuthority } from './removal-authority.ts';

type Ports = AuthorityPorts & {
  readonly objects: Pick<ObjectStore, 'get' | 'putIfMatch'>;
  readonly table: Pick<SystemTable, 'getImage'>;
};

/** A manifest is sealed once; more often than this it does not change under us. */
const TRIES = 3;

/**
 * {@link markShellContract}. If-Match on what was read: a VOID marker that came meanwhile stays (the image was deleted
 * whole since), and no marker is put where nothing stands.
 * @throws Superseded, InvalidInput, ImageConflict
 */
export const markShell =
  (ports: Ports) =>
  async (input: RemovalInput): Promise<OutputOf<typeof markShellContract>> => {
    await assertAuthority(ports, input, 'unlisted files');
    const root = parseS3Uri(input.root, 'root');
    const id = input.sessionId;
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const there = await manifestMarker(ports.objects, root, id);
      if (there.kind !== 'SEALED') return { decision: 'NOT_SEALED' };
      const digest = (await ports.table.getImage(input.root, id))?.manifestSha256 ?? '';
      const marker = encodeShell(id, digest);
      const { decision } = await ports.objects.putIfMatch(root.bucket, manifestKey(root, id), marker, there.etag);
      if (decision === 'WRITTEN') return { decision: 'MARKED' };
    }
    throw new ImageConflict(
      `s3://${root.bucket}/${manifestKey(root, id)} keeps changing`,
      'find out who else writes below the backup root',
      { image: id },
    );
  };
