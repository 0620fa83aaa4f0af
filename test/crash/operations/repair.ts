import { abandoned } from '../bases.ts';
import type { Operation } from '../operation.ts';
import { ROOT } from '../source.ts';

export const repair: Operation = {
  name: 'repair',
  what: 'the repair of a full backup that was stopped while it copied',
  begin: abandoned,
  start: (world) => world.start('RepairStateMachine', { root: ROOT }),
};
