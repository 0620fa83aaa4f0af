import { VerificationFailed } from '../../core/errors/image-errors.ts';
import { snapshotInfoPath } from '../../core/hbase/layout.ts';
import { parseS3Uri } from '../../core/s3-uri.ts';
import type { publishSnapshotsContract } from '../contracts/publish-snapshots.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import { isPaused } from './cleaner-hold.ts';
import { putAsIs } from './put-as-is.ts';
import { runEntry } from './run-entry.ts';
import { snapshotsToPublish } from './snapshot-to-publish.ts';
import { holdTargetOf, holdTargets, type TargetPorts } from './target-fence.ts';

/**
 * The moment from which users see the tables (I11): everything was listed since the cleaner paused, so nothing of it
 * can be missing. `.snapshotinfo` goes in If-None-Match, and only beside its `data.manifest`.
 * @throws PinExpired, TargetBusy, TargetExists, VerificationFailed
 */
export const publishSnapshots =
  (ports: TargetPorts, config: { readonly WORK_BUCKET: string }) =>
  async (input: RunInput): Promise<OutputOf<typeof publishSnapshotsContract>> => {
    const { objects } = ports;
    const request = await runEntry(ports, config, restoreRequest, input);
    const target = parseS3Uri(request.target, 'target');
    await holdTargets(ports, request);
    for (const { snapshot } of request.tables) await refuseUnlessPaused(snapshot);
    let published = 0;
    for await (const { name, info } of snapshotsToPublish(objects, config.WORK_BUCKET, request)) {
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
