import { withImage } from '../bases.ts';
import type { Operation } from '../operation.ts';
import { ROOT, TABLE, TARGET } from '../source.ts';

export const RESTORE = { root: ROOT, image: 'latest', tables: [TABLE], target: TARGET };

export const restore: Operation = {
  name: 'restore',
  what: 'a restore of the newest image into an empty target',
  begin: withImage,
  restores: true,
  start: (world) => world.start('RestoreStateMachine', RESTORE),
};
