import { FULL, withImage } from '../bases.ts';
import type { Operation } from '../operation.ts';

export const rollBack: Operation = {
  name: 'roll-back',
  what: 'a full backup whose seal is refused, so that its Catch rolls it back',
  begin: withImage,
  start: (world) => world.start('FullBackupStateMachine', FULL),
  fails: ({ service, input }) => service === 'lambda' && String(input.FunctionName).includes('SealManifest'),
};
