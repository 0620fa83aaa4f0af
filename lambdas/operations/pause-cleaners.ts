import { parseS3Uri } from '../../core/s3-uri.ts';
import type { pauseCleanersContract } from '../contracts/pause-cleaners.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { pause } from './cleaner-hold.ts';
import { runEntry } from './run-entry.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargetOf, type TargetPorts } from './target-fence.ts';

/** Right before the last listing: from here on not even a starting master loses a file. @throws PinExpired, TargetBusy */
export const pauseCleaners =
  (ports: TargetPorts, config: { readonly WORK_BUCKET: string }) =>
  async (input: RunInput): Promise<OutputOf<typeof pauseCleanersContract>> => {
    const request = await runEntry(ports, config, restoreRequest, input);
    let paused = 0;
    for await (const snapshot of snapshotsToPublish(ports.objects, config.WORK_BUCKET, request)) {
      await holdTargetOf(ports, request, snapshot.name);
      await pause(ports.objects, parseS3Uri(request.target, 'target'), snapshot);
      paused++;
    }
    return { paused };
  };
