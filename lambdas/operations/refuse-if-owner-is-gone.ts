import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { ownerOf, repairRequired } from './flag-owner.ts';

/**
 * R7, for a restore: a set flag whose holder is gone stops it; beside a running one it reads COMPLETE images.
 * Whoever ended after the first look may have removed the flag in the meantime, so the flag is read once more.
 * @throws RepairRequired
 */
export async function refuseIfOwnerIsGone(
  ports: { readonly table: Pick<SystemTable, 'readControl'>; readonly executions: Pick<Executions, 'status'> },
  root: string,
): Promise<void> {
  const { flag, epoch } = await ports.table.readControl(root);
  if (flag === undefined) return;
  const owner = await ownerOf(ports.executions, flag);
  if (owner.isRunning) return;
  const now = await ports.table.readControl(root);
  if (now.flag === undefined || now.epoch !== epoch) return;
  throw repairRequired(root, flag, owner);
}
