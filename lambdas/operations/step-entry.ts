import { Fenced } from '../../core/errors/flag-errors.ts';
import type { Flag } from '../../core/items.ts';
import type { Held, SystemTable } from '../ports/system-table.ts';

/**
 * What every step of a session does first, run for the first time, again, or redriven: the control item must show the
 * flag and the epoch that the step was given (docs/design.md, "Orders").
 * @throws Fenced
 */
export async function stepEntry(
  table: Pick<SystemTable, 'readControl'>,
  given: { readonly root: string; readonly sessionId: string; readonly epoch: number },
): Promise<{ readonly flag: Flag; readonly held: Held }> {
  const { epoch, flag } = await table.readControl(given.root);
  if (!flag || flag.sessionId !== given.sessionId || epoch !== given.epoch) {
    throw new Fenced(given.root, {
      sessionId: given.sessionId,
      epoch: given.epoch,
      nowEpoch: epoch,
      holder: flag?.sessionId,
    });
  }
  return { flag, held: { root: given.root, activeSnapshot: flag.activeSnapshot, epoch } };
}
