import { FULL, withImage } from '../bases.ts';
import type { Operation } from '../operation.ts';

export const full: Operation = {
  name: 'full',
  what: 'a full backup that shares two files of an older image and copies one',
  begin: withImage,
  start: (world) => world.start('FullBackupStateMachine', FULL),
};
