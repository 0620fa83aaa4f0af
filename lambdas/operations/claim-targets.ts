import { canonicalJson } from '../../core/canonical-json.ts';
import type { TargetRecord } from '../../core/items.ts';
import { abandonedKey } from '../../core/restore-layout.ts';
import { workPrefix } from '../../core/stack-layout.ts';
import type { claimTargetsContract } from '../contracts/claim-targets.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { Executions } from '../ports/executions.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { Pins, RestoreTargets } from '../ports/pins.ts';
import { holdPin } from './pin-lease.ts';
import { RequestFile } from './request-file.ts';
import { busy, targetRecords } from './target-fence.ts';

interface Ports {
  readonly objects: ObjectStore;
  readonly pins: Pins;
  readonly targets: RestoreTargets;
  readonly executions: Pick<Executions, 'status'>;
  readonly clock: Clock;
}

/**
 * Takes the record of every target table. One whose restore was stopped is taken over: from then on the old restore's
 * late steps find that it is not theirs.
 * @throws TargetBusy
 */
export const claimTargets =
  (ports: Ports, config: { readonly WORK_BUCKET: string }) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof claimTargetsContract>> => {
    await holdPin(ports, { root, run });
    const request = await new RequestFile(ports.objects, config.WORK_BUCKET, restoreRequest).read(root, run);
    const records = targetRecords(request, 'RESTORING', ports.clock);
    for (const [i, record] of records.entries()) await claim(record, i);
    return { claimed: records.length };

    async function claim(record: TargetRecord, index: number): Promise<void> {
      const first = await ports.targets.claim(record, ports.clock.now());
      if (first.decision === 'CLAIMED') return;
      const { holder } = first;
      const execution = await ports.executions.status(holder.executionArn);
      if (execution?.status === 'RUNNING') throw busy(record, holder);
      // It ended without cleaning (stopped, timed out): noted before the record that names its snapshot goes.
      const note = Buffer.from(canonicalJson({ snapshot: holder.snapshot }));
      await ports.objects.put(config.WORK_BUCKET, abandonedKey(workPrefix(root, run), index), note);
      // Only its own record is closed, should it have changed hands.
      await ports.targets.update({ ...holder, state: 'FAILED' });
      const second = await ports.targets.claim(record, ports.clock.now());
      if (second.decision === 'BUSY') throw busy(record, second.holder);
    }
  };
