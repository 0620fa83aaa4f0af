import { FULL, withImage } from '../bases.ts';
import type { Operation } from '../operation.ts';

export const increment: Operation = {
  name: 'increment',
  what: 'an increment from a snapshot, which follows on a full',
  begin: withImage,
  start: (world) => world.start('IncrementalBackupStateMachine', { ...FULL, fromSnapshot: true }),
};
