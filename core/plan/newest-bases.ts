import { isSealed, type SealedRecord } from '../image-choice.ts';
import type { ImageRecord, ImageTableRecord, Item } from '../items.ts';

/** The image whose bytes a new one of a table may list again, or that an increment of it follows on. */
export interface Base {
  readonly image: SealedRecord;
  readonly row: ImageTableRecord;
}

/**
 * The newest COMPLETE image of each table, newest by the table's position and not by commit; of a root's image records
 * and their table rows. Only images of the same source: a copy of a cluster has its id and its paths, and other bytes.
 */
export function newestBases(
  images: Iterable<ImageRecord>,
  rows: Iterable<ImageTableRecord>,
  source: string,
): ReadonlyMap<string, Base> {
  const complete = new Map<string, SealedRecord>();
  for (const image of images) if (isSealed(image) && image.source === source) complete.set(image.id, image);
  const bases = new Map<string, Base>();
  for (const row of rows) {
    const image = complete.get(row.id);
    const known = bases.get(row.table)?.row;
    if (image === undefined) continue;
    const isNewer = !known || row.position > known.position || (row.position === known.position && row.id > known.id);
    if (isNewer) bases.set(row.table, { image, row });
  }
  return bases;
}

/** Image records and table rows among the items of a root. */
export function imagesOf(items: Iterable<Item>): { images: ImageRecord[]; rows: ImageTableRecord[] } {
  const images: ImageRecord[] = [];
  const rows: ImageTableRecord[] = [];
  for (const item of items) {
    if (!item.sk.startsWith('image#')) continue;
    if (item.sk.includes('#table#')) rows.push(item as unknown as ImageTableRecord);
    else images.push(item as unknown as ImageRecord);
  }
  return { images, rows };
}
