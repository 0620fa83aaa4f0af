import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { snapshotInfoPath } from '../../core/hbase/layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { publishSnapshotsContract } from '../contracts/publish-snapshots.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins, RestoreTargets } from '../ports/pins.ts';
import { isPaused } from './cleaner-hold.ts';
import { holdPin } from './pin-lease.ts';
import { putAsIs } from './put-as-is.ts';
import { RequestFile } from './request-file.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargetOf, holdTargets } from './target-fence.ts';

/**
 * The moment from which users see the tables (I11): everything was listed since the cleaner paused, so nothing of it
 * can be missing. `.snapshotinfo` goes in If-None-Match, and only beside its `data.manifest`.
 * @throws PinExpired, TargetBusy, TargetExists, VerificationFailed
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
    for (const { snapshot } of request.tables) await refuseUnlessPaused(snapshot);
    let published = 0;
    for await (const { name, info } of snapshotsToPublish(objects, request)) {
      // The fence once more, right before what others see.
      await holdTargetOf(ports, request, name);
      await putAsIs(objects, target, snapshotInfoPath(name), info);
      published++;
    }
    return { published };

    async function refuseUnlessPaused(snapshot: string): Promise<void> {
      if (await isPaused(objects, target, snapshot)) return;
      throw new VerificationFailed(
        `data.manifest of ${snapshot} is gone from ${target.uri}: somebody removes what is being restored`,
        'find out who writes there, then restore again',
        { target: target.uri, snapshot },
      );
    }
  };
