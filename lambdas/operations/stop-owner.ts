import type { Executions } from '../ports/executions.ts';
import type { SystemTable } from '../ports/system-table.ts';

/** {@link stopOwnerContract}: only while that execution still holds the flag. The take-over after it is the fence, not the stop. */
export const stopOwner =
  (ports: { table: Pick<SystemTable, 'readControl'>; executions: Pick<Executions, 'stop'> }) =>
  async (input: { root: string; ownerArn: string }): Promise<{ stopped: boolean }> => {
    const { flag } = await ports.table.readControl(input.root);
    if (flag?.runId !== input.ownerArn) return { stopped: false };
    const cause =
      'an operator stopped it (holdfast cancel, or holdfast repair --stop-owner); that repair rolls it back';
    await ports.executions.stop(input.ownerArn, 'StoppedByRepair', cause);
    return { stopped: true };
  };
