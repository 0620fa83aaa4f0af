import { newestFirst } from '../core/image-choice.ts';
import type { ImageRecord } from '../core/items.ts';
import type { World } from './compose.ts';
import { durationText, plural } from './text.ts';

/** What an operator asks first: is my data safe, and which backup is the newest? The one that `latest` means. */
export async function whatIsSafe(world: World, root: string): Promise<string> {
  let complete = 0;
  let newest: ImageRecord | undefined;
  for await (const image of world.table.listImages(root)) {
    if (image.state !== 'COMPLETE') continue;
    complete++;
    if (!newest || newestFirst(image, newest) < 0) newest = image;
  }
  if (!newest) return `${root} has no COMPLETE backup`;
  const age = durationText(world.now() - newest.positionTo);
  return `${plural(complete, 'COMPLETE backup')} untouched; the newest is ${newest.id} (${age} old)`;
}

/** What to type on a root whose flag is set and whose owner is gone. */
export const repairCommand = (root: string): string =>
  `holdfast repair ${root}        (--dry-run shows what it would do)`;
