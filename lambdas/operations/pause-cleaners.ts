import { parseS3Uri } from '../../core/s3-uri.ts';
import type { pauseCleanersContract } from '../contracts/pause-cleaners.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins, RestoreTargets } from '../ports/pins.ts';
import { pause } from './cleaner-hold.ts';
import { holdPin } from './pin-lease.ts';
import { RequestFile } from './request-file.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargetOf } from './target-fence.ts';

/** Right before the last listing: from here on not even a starting master loses a file. @throws PinExpired, TargetBusy */
export const pauseCleaners =
  (
    ports: {
      readonly objects: ObjectStore;
      readonly pins: Pins;
      readonly targets: RestoreTargets;
      readonly clock: Clock;
    },
    config: { readonly WORK_BUCKET: string },
  ) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof pauseCleanersContract>> => {
    await holdPin(ports, { root, run });
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    let paused = 0;
    for await (const snapshot of snapshotsToPublish(ports.objects, request)) {
      await holdTargetOf(ports, request, snapshot.name);
      await pause(ports.objects, parseS3Uri(request.target, 'target'), snapshot);
      paused++;
    }
    return { paused };
  };
