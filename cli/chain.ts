import type { BackupId } from '../core/backup-id.ts';
import type { ImageRecord, ImageTableRecord } from '../core/items.ts';
import type { World } from './compose.ts';

/** A time that a table can be restored to, and by which image. */
export interface Point {
  readonly id: BackupId;
  readonly position: number;
}

/** An image and all that it follows on, up to the fulls; newest first. */
export function chainOf(images: readonly ImageRecord[], image: ImageRecord): ImageRecord[] {
  const byId = new Map(images.map((one) => [one.id, one]));
  const chain = new Set([image]);
  for (const { parents } of chain) {
    for (const parent of parents) {
      const record = byId.get(parent);
      if (record) chain.add(record);
    }
  }
  return [...chain].sort((a, b) => b.positionTo - a.positionTo || (a.id < b.id ? 1 : -1));
}

/** Of each table of an image: the points that its chain restores, newest first. */
export async function restorablePoints(
  world: Pick<World, 'table'>,
  root: string,
  chain: readonly ImageRecord[],
  tables: readonly ImageTableRecord[],
): Promise<{ readonly table: string; readonly points: readonly Point[] }[]> {
  const rows = new Map<string, ImageTableRecord>();
  const complete = new Set(chain.filter(({ state }) => state === 'COMPLETE').map(({ id }) => id));
  for (const { id } of chain) {
    for await (const row of world.table.listImageTables(root, id)) rows.set(`${id} ${row.table}`, row);
  }
  return tables.map(({ id, table }) => {
    const points: Point[] = [];
    for (let row = rows.get(`${id} ${table}`); row; row = row.parent ? rows.get(`${row.parent} ${table}`) : undefined) {
      if (complete.has(row.id)) points.push({ id: row.id, position: row.position });
    }
    return { table, points };
  });
}
