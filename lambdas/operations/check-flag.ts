import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { inProgress, ownerOf, repairRequired } from './flag-owner.ts';

/** {@link checkFlagContract} @throws BackupInProgress, RepairRequired */
export const checkFlag =
  (ports: { table: Pick<SystemTable, 'readControl'>; executions: Pick<Executions, 'status'> }) =>
  async (input: { root: string; execution: { arn: string } }): Promise<Record<string, never>> => {
    const { flag } = await ports.table.readControl(input.root);
    if (!flag || (flag.executionArn === input.execution.arn && flag.phase === 'WORK')) return {}; // ours, begun by an earlier try
    const owner = await ownerOf(ports.executions, flag);
    throw owner.isRunning ? inProgress(input.root, flag) : repairRequired(input.root, flag, owner);
  };
