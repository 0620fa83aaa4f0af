import type { Flag } from '../core/items.ts';
import type { World } from './compose.ts';

/** Who holds a root, and whether it still works. */
export interface Holder {
  readonly flag: Flag;
  readonly epoch: number;
  /** Status of the execution that holds the flag now; `UNKNOWN` to Step Functions when it is older than 90 days. */
  readonly owner: string;
  readonly isRunning: boolean;
}

export async function holderOf(world: World, root: string): Promise<Holder | undefined> {
  const { flag, epoch } = await world.table.readControl(root);
  if (!flag) return undefined;
  const owner = (await world.executions.status(flag.runId))?.status ?? 'UNKNOWN';
  return { flag, epoch, owner, isRunning: owner === 'RUNNING' };
}

/** What the holder does, in a few words. */
export function holderText({ flag, owner, isRunning }: Holder): string {
  if (isRunning) return flag.phase === 'WORK' ? 'working' : 'rolling back';
  return `${flag.phase === 'WORK' ? 'stopped at work' : 'stopped in its roll-back'}: its owner is ${owner}`;
}
