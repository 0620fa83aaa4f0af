import type { ScheduledStart } from '../../core/schedule-claim.ts';
import type { checkFlagContract } from '../contracts/check-flag.contract.ts';
import type { OutputOf } from '../contracts/step-contract.ts';
import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { inProgress, ownerOf, repairRequired } from './flag-owner.ts';

interface Input {
  readonly root: string;
  readonly execution: { readonly arn: string };
  readonly schedule?: ScheduledStart | null | undefined;
}

/**
 * {@link checkFlagContract}. Whether the start was claimed is read after the flag: who set the flag claimed it in the
 * same transaction. `SKIPPED`: the scheduler delivered it twice.
 * @throws BackupInProgress, RepairRequired
 */
export const checkFlag =
  (ports: { table: Pick<SystemTable, 'readControl' | 'getScheduleClaim'>; executions: Pick<Executions, 'status'> }) =>
  async (input: Input): Promise<OutputOf<typeof checkFlagContract>> => {
    const { flag } = await ports.table.readControl(input.root);
    const isOurs = flag?.executionArn === input.execution.arn && flag.phase === 'WORK'; // begun by an earlier try
    if (isOurs) return { decision: 'BEGIN' };
    const claim = input.schedule ? await ports.table.getScheduleClaim(input.root, input.schedule) : undefined;
    if (claim && claim.executionArn !== input.execution.arn) {
      return { decision: 'SKIPPED', sessionId: claim.sessionId, executionArn: claim.executionArn };
    }
    if (!flag) return { decision: 'BEGIN' };
    const owner = await ownerOf(ports.executions, flag);
    throw owner.isRunning ? inProgress(input.root, flag) : repairRequired(input.root, flag, owner);
  };
