import { parseS3Uri } from '../../core/s3-uri.ts';
import type { holdOffCleanersContract } from '../contracts/hold-off-cleaners.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins, RestoreTargets } from '../ports/pins.ts';
import { holdOff } from './cleaner-hold.ts';
import { holdPin } from './pin-lease.ts';
import { RequestFile } from './request-file.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargets } from './target-fence.ts';

/** Before the first file is placed. The first thing that a restore writes into its target. */
export const holdOffCleaners =
  (
    ports: {
      readonly objects: ObjectStore;
      readonly pins: Pins;
      readonly targets: RestoreTargets;
      readonly clock: Clock;
    },
    config: { readonly WORK_BUCKET: string },
  ) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof holdOffCleanersContract>> => {
    await holdPin(ports, { root, run });
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    await holdTargets(ports, request);
    let held = 0;
    for await (const snapshot of snapshotsToPublish(ports.objects, request)) {
      await holdOff(ports.objects, parseS3Uri(request.target, 'target'), snapshot);
      held++;
    }
    return { held };
  };
