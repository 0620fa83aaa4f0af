import type { BackupId } from '../../core/backup-id.ts';
import { ImageNotComplete } from '../../core/errors/image-errors.ts';
import type { pinImagesContract } from '../contracts/pin-images.contract.ts';
import type { InputOf, OutputOf } from '../contracts/step-contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { Pins } from '../ports/pins.ts';
import type { SystemTable } from '../ports/system-table.ts';
import { freshPin } from './pin-lease.ts';

/**
 * Pins an image and its parents (I11). The order is the rule: the pin is written (its answer known) before the records
 * are read; the cleaner reads pins after the commit that says DELETING; so one of the two sees the other. Holders of
 * shared bytes need no pin: their files outlive the last image that lists them.
 * @throws ImageNotComplete, after unpinning
 */
export const pinImages =
  (ports: { readonly table: Pick<SystemTable, 'getImage'>; readonly pins: Pins; readonly clock: Clock }) =>
  async (input: InputOf<typeof pinImagesContract>): Promise<OutputOf<typeof pinImagesContract>> => {
    const { root, run, purpose } = input;
    const images = await chainOf(ports.table, root, input.image);
    const pin = freshPin(ports.clock, { pinId: run, root, images, purpose });
    await ports.pins.put(pin);
    for (const id of images) {
      const record = await ports.table.getImage(root, id);
      if (record?.state === 'COMPLETE') continue;
      await ports.pins.remove(root, run);
      throw new ImageNotComplete(
        `${id} is ${record?.state ?? 'gone'}, not COMPLETE: it cannot be read`,
        `holdfast history -p ${root}`,
        { image: id, state: record?.state },
      );
    }
    return { images: [...images], expiresAt: pin.expiresAt };
  };

/**
 * The image and all that it follows on, as far as that is COMPLETE: an image is whole by itself, and what it followed on
 * may be deleted. Read before the pin; what it says is checked after it.
 */
async function chainOf(table: Pick<SystemTable, 'getImage'>, root: string, image: BackupId): Promise<BackupId[]> {
  const chain = new Set([image]);
  for (const id of chain) {
    const record = await table.getImage(root, id);
    if (record?.state === 'COMPLETE') for (const parent of record.parents) chain.add(parent);
    else if (id !== image) chain.delete(id);
  }
  return [...chain];
}
