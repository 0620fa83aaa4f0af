import type { TargetRecord } from '../../core/items.ts';
import type { claimTargetsContract } from '../contracts/claim-targets.contract.ts';
import { restoreRequest } from '../contracts/restore-request.ts';
import type { RunInput } from '../contracts/run-fields.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Executions } from '../ports/executions.ts';
import { runEntry } from './run-entry.ts';
import { busy, hasEnded, leftBehind, type TargetPorts, targetRecords } from './target-fence.ts';

interface Ports extends TargetPorts {
  readonly executions: Pick<Executions, 'status'>;
}

/**
 * Takes the record of every target table. Restores into the same HBase root that were stopped are closed first: from
 * then on their late steps find that they are over, and what they left, which may be a paused cleaner, is the clean-up's.
 * @throws TargetBusy
 */
export const claimTargets =
  (ports: Ports, config: { readonly WORK_BUCKET: string; readonly STEP_LIFE_SECONDS: number }) =>
  async ({ root, run }: RunInput): Promise<OutputOf<typeof claimTargetsContract>> => {
    const request = await runEntry(ports, config, restoreRequest, { root, run });
    for await (const record of ports.targets.list(request.target)) {
      if (record.state === 'RESTORING' && record.restoreId !== run) await closeIfStopped(record);
    }
    const records = targetRecords(request, 'RESTORING', ports.clock);
    for (const record of records) {
      const claim = await ports.targets.claim(record, ports.clock.now());
      if (claim.decision === 'BUSY') throw busy(record, claim.holder);
    }
    return { claimed: records.length };

    async function closeIfStopped(record: TargetRecord): Promise<void> {
      if (!(await hasEnded(ports.executions, record, ports.clock.now()))) return;
      await ports.targets.noteLeft(leftBehind(record, ports.clock, config));
      // Only that restore's own record, should it have changed hands.
      await ports.targets.update({ ...record, state: 'FAILED' });
    }
  };
