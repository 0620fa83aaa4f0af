import { ImageNotFound } from '../../core/errors/image-errors.ts';
import { meantImages, type SealedRecord } from '../../core/image-choice.ts';
import type { ImageTableRecord } from '../../core/items.ts';
import type { SystemTable } from '../ports/system-table.ts';

type Table = Pick<SystemTable, 'listImages' | 'listImageTables'>;

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/**
 * The COMPLETE image that a person means: `latest` (the newest that has every wanted table), an id, or a prefix of one
 * id (with or without `backup_`). `wanted` undefined: all tables that the image has.
 * @throws ImageNotFound (naming the tables that the image does have), ImageNotComplete, InvalidInput for an ambiguous prefix
 */
export async function findImage(
  table: Table,
  root: string,
  name: string,
  wanted: readonly string[] | undefined,
): Promise<{ readonly image: SealedRecord; readonly tables: readonly ImageTableRecord[] }> {
  const images = await listed(table.listImages(root));
  const history = `holdfast history -p ${root}`;
  const candidates = meantImages(images, name, root);
  let missing: string[] = [];
  let had: string[] = [];
  for (const image of candidates) {
    const tables = await listed(table.listImageTables(root, image.id));
    const names = new Set(tables.map((row) => row.table));
    const lacking = (wanted ?? []).filter((one) => !names.has(one));
    if (lacking.length === 0) return { image, tables: tables.filter((row) => !wanted || wanted.includes(row.table)) };
    if (had.length === 0) [missing, had] = [lacking, [...names].sort()];
  }
  const which = name === 'latest' ? `the newest image ${candidates[0]?.id} of ${root}` : `image ${candidates[0]?.id}`;
  throw new ImageNotFound(`${which} has no table ${missing.join(', ')}; it has ${had.join(', ')}`, history, {
    root,
    missing,
    tables: had,
  });
}
