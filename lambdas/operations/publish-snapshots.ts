import { Buffer } from 'node:buffer';
import { TargetExists } from '../../core/errors/image-errors.ts';
import { snapshotInfoPath, snapshotManifestPath } from '../../core/hbase/layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { publishSnapshotsContract } from '../contracts/publish-snapshots.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins, RestoreTargets } from '../ports/pins.ts';
import { holdOff, isHeldOff } from './cleaner-hold.ts';
import { holdPin } from './pin-lease.ts';
import { RequestFile } from './request-file.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargetOf, holdTargets } from './target-fence.ts';

/**
 * The moment from which users see the tables (I11). All holds still there: everything that the last listing showed was
 * protected since, so `data.manifest` and then `.snapshotinfo` go to the final names, If-None-Match. A hold that a
 * starting master wiped is put again, and nothing is published before the target was listed once more.
 * @throws PinExpired, TargetBusy, TargetExists
 */
export const publishSnapshots =
  (
    ports: {
      readonly objects: ObjectStore;
      readonly pins: Pins;
      readonly targets: RestoreTargets;
      readonly clock: Clock;
    },
    config: { readonly WORK_BUCKET: string },
  ) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof publishSnapshotsContract>> => {
    const { objects } = ports;
    await holdPin(ports, { root, run });
    const request = await new RequestFile(objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const target = parseS3Uri(request.target, 'target');
    await holdTargets(ports, request);
    let wiped = false;
    for await (const snapshot of snapshotsToPublish(objects, request)) {
      if (await isHeldOff(objects, target, snapshot.name)) continue;
      await holdOff(objects, target, snapshot);
      wiped = true;
    }
    if (wiped) return { decision: 'HOLD_LOST', published: 0 };

    let published = 0;
    for await (const { name, manifest, info } of snapshotsToPublish(objects, request)) {
      // The fence once more, right before what others see.
      await holdTargetOf(ports, request, name);
      await putAsIs(snapshotManifestPath(name), manifest);
      await putAsIs(snapshotInfoPath(name), info);
      published++;
    }
    return { decision: 'PUBLISHED', published };

    async function putAsIs(path: string, bytes: Uint8Array): Promise<void> {
      const key = `${target.prefix}/${path}`;
      const { decision } = await objects.putOnce(target.bucket, key, Buffer.from(bytes));
      if (decision === 'CREATED') return;
      throw new TargetExists(
        `s3://${target.bucket}/${key} is there with another content`,
        'find out who writes there, then restore again',
        { target: target.uri, key },
      );
    }
  };
