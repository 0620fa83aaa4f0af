import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import type { SystemTable } from '../ports/system-table.ts';

/** A root's image records and the table rows of its COMPLETE images, as they are now. What a session shares is decided under its flag. */
export async function imageCatalogue(
  table: Pick<SystemTable, 'listImages' | 'listImageTables'>,
  root: string,
): Promise<{ readonly images: readonly ImageRecord[]; readonly rows: readonly ImageTableRecord[] }> {
  const images: ImageRecord[] = [];
  const rows: ImageTableRecord[] = [];
  for await (const image of table.listImages(root)) {
    images.push(image);
    if (image.state !== 'COMPLETE') continue;
    for await (const row of table.listImageTables(root, image.id)) rows.push(row);
  }
  return { images, rows };
}
