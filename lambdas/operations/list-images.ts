import type { ImageRecord } from '../../core/items.ts';
import type { SystemTable } from '../ports/system-table.ts';

/** A root's image records as they are now. */
export async function listImages(table: Pick<SystemTable, 'listImages'>, root: string): Promise<ImageRecord[]> {
  const images: ImageRecord[] = [];
  for await (const image of table.listImages(root)) images.push(image);
  return images;
}
