import { parseS3Uri } from '../../core/s3-uri.ts';
import type { holdOffCleanersContract } from '../contracts/hold-off-cleaners.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { holdOff } from './cleaner-hold.ts';
import { runEntry } from './run-entry.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargets, type TargetPorts } from './target-fence.ts';

/** Before the first file is placed. The first thing that a restore writes into its target. */
export const holdOffCleaners =
  (ports: TargetPorts, config: { readonly WORK_BUCKET: string }) =>
  async (input: RunInput): Promise<OutputOf<typeof holdOffCleanersContract>> => {
    const request = await runEntry(ports, config, restoreRequest, input);
    await holdTargets(ports, request);
    let held = 0;
    for await (const snapshot of snapshotsToPublish(ports.objects, config.WORK_BUCKET, request)) {
      await holdOff(ports.objects, parseS3Uri(request.target, 'target'), snapshot);
      held++;
    }
    return { held };
  };
