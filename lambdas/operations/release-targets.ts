import type { releaseTargetsContract } from '../contracts/release-targets.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { RestoreTargets } from '../ports/pins.ts';
import { RequestFile } from './request-file.ts';
import { leftBehind, targetRecords } from './target-fence.ts';

/** Idempotent; records that are another restore's by now, or that have ended otherwise, stay as they are. */
export const releaseTargets =
  (
    ports: { readonly objects: ObjectStore; readonly targets: RestoreTargets; readonly clock: Clock },
    config: { readonly WORK_BUCKET: string; readonly STEP_LIFE_SECONDS: number },
  ) =>
  async ({
    root,
    run,
    state,
  }: InputOf<typeof releaseTargetsContract>): Promise<OutputOf<typeof releaseTargetsContract>> => {
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    let released = 0;
    for (const record of targetRecords(request, state, ports.clock)) {
      const mine = await ports.targets.get(record.target, record.table);
      if (mine?.restoreId !== run) continue;
      if (mine.state === 'RESTORING' && state === 'FAILED') {
        await ports.targets.noteLeft(leftBehind(record, ports.clock, config));
      }
      if (mine.state === state || (await ports.targets.update(record))) released++;
    }
    return { released };
  };
