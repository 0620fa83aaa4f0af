import { ImageNotFound } from '../../core/errors/image-errors.ts';
import { meantImages, type SealedRecord } from '../../core/image-choice.ts';
import type { ImageRecord, ImageTableRecord } from '../../core/items.ts';
import type { SystemTable } from '../ports/system-table.ts';

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/**
 * The COMPLETE image that a person means and the tables wanted of it: `latest` is the newest that has all of them.
 * `wanted` undefined: every table that the image has.
 * @throws ImageNotFound (naming the tables that the image does have), ImageNotComplete, InvalidInput for an ambiguous prefix
 */
export async function findImage(
  table: Pick<SystemTable, 'listImages' | 'listImageTables'>,
  root: string,
  name: string,
  wanted: readonly string[] | undefined,
): Promise<{ readonly image: SealedRecord; readonly tables: readonly ImageTableRecord[] }> {
  const images: ImageRecord[] = await listed(table.listImages(root));
  let refusal: ImageNotFound | undefined;
  for (const image of meantImages(images, name, root)) {
    const tables = await listed(table.listImageTables(root, image.id));
    const names = tables.map((row) => row.table);
    const missing = (wanted ?? []).filter((one) => !names.includes(one));
    if (missing.length === 0) return { image, tables: tables.filter((row) => !wanted || wanted.includes(row.table)) };
    refusal ??= new ImageNotFound(
      `${image.id} of ${root} has no table ${missing.join(', ')}; it has ${names.sort().join(', ')}`,
      `holdfast history -p ${root}`,
      { root, image: image.id, missing, tables: names },
    );
  }
  throw refusal;
}
