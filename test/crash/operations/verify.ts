import { withImage } from '../bases.ts';
import type { Operation } from '../operation.ts';
import { ROOT } from '../source.ts';

export const verify: Operation = {
  name: 'verify',
  what: 'a verification of the newest image, byte by byte',
  begin: withImage,
  start: (world) => world.start('VerifyStateMachine', { root: ROOT, image: 'latest' }),
};
