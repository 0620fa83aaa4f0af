import { rolledBack } from '../bases.ts';
import type { Operation } from '../operation.ts';
import { ROOT } from '../source.ts';

export const cleanUp: Operation = {
  name: 'clean-up',
  what: 'the clean-up after a roll-back, when no step can live any more',
  begin: rolledBack,
  start: (world) => world.start('CleanUpStateMachine', { root: ROOT }),
};
