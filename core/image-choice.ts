import type { BackupId } from './backup-id.ts';
import { ImageNotComplete, ImageNotFound } from './errors/image-errors.ts';
import { InvalidInput } from './errors/input-errors.ts';
import type { ImageRecord } from './items.ts';

/** The record of a COMPLETE image, which names its manifest's digest. */
export type SealedRecord = ImageRecord & { readonly manifestSha256: string };

export const isSealed = (image: ImageRecord): image is SealedRecord =>
  image.state === 'COMPLETE' && image.manifestSha256 !== undefined;

/** Newest by position, not by commit: a later backup may be of older snapshots. */
export const newestFirst = (a: ImageRecord, b: ImageRecord): number =>
  b.positionTo - a.positionTo || (a.id < b.id ? 1 : -1);

/**
 * The one id that a person means by `text`: the whole id, or a prefix of exactly one (with or without `backup_`).
 * @throws ImageNotFound, InvalidInput for an ambiguous prefix
 */
export function meantId(ids: readonly BackupId[], text: string, root: string): BackupId {
  if (ids.includes(text)) return text;
  const found = ids.filter((id) => id.startsWith(text) || id.startsWith(`backup_${text}`));
  if (found.length > 1) {
    throw new InvalidInput(`image: "${text}" can mean ${found.slice(0, 5).join(', ')}`, 'give more of the id', {
      field: 'image',
      ids: found,
    });
  }
  const [id] = found;
  if (id === undefined) {
    const near = nearIds(ids, text);
    throw new ImageNotFound(
      `${root} has no image ${text}; ${near.length > 0 ? `it has ${near.join(', ')}` : 'it has none'}`,
      `holdfast history -p ${root}`,
      { root, image: text, near },
    );
  }
  return id;
}

/** What may have been meant by an id that is not there: those that differ in one or two characters, else the newest. */
function nearIds(ids: readonly BackupId[], text: string): BackupId[] {
  const typed = text.startsWith('backup_') ? text : `backup_${text}`;
  const differences = (id: string) => [...id].filter((character, i) => character !== typed[i]).length;
  const newest = [...ids].sort().reverse();
  const near = newest.filter((id) => id.length === typed.length && differences(id) <= 2);
  return (near.length > 0 ? near : newest).slice(0, 3);
}

/**
 * The COMPLETE images that `text` can mean, best first: all of them, newest first, for `latest`; else the one meant.
 * @throws ImageNotFound, ImageNotComplete, InvalidInput
 */
export function meantImages(images: readonly ImageRecord[], text: string, root: string): SealedRecord[] {
  if (text === 'latest') {
    const sealed = images.filter(isSealed).sort(newestFirst);
    if (sealed.length > 0) return sealed;
    throw new ImageNotFound(`${root} has no COMPLETE image`, `holdfast history -p ${root}`, { root });
  }
  const id = meantId(
    images.map((image) => image.id),
    text,
    root,
  );
  const image = images.find((one) => one.id === id);
  if (image && isSealed(image)) return [image];
  throw new ImageNotComplete(
    `${id} is ${image?.state}, not COMPLETE: it cannot be read`,
    `holdfast history -p ${root}`,
    {
      image: id,
      state: image?.state,
    },
  );
}
