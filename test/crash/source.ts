import { madeTable } from '../support/made-table.ts';
import type { World } from './world.ts';

export const ROOT = 's3://backups/prod';
export const SOURCE = 's3://hbase/root';
export const TARGET = 's3://hbase/restored';
export const TABLE = 't';

/** Puts the table's snapshot of so many files into the source; each file has a byte of its own. */
export async function putSnapshot(world: World, name: string, files: number, creationMs: number): Promise<void> {
  const put = (path: string, Body: Uint8Array | string) =>
    world.call('s3', 'PutObject', { Bucket: 'hbase', Key: `root/${path}`, Body });
  await put('hbase.id', 'PBUF\n$bc255527-4af9-4c22-a49e-f3dd0b452557');
  let byte = 0x61;
  for (const [path, bytes] of madeTable(TABLE, name, files, creationMs))
    await put(path, bytes.length === 1 ? Buffer.from([byte++]) : bytes);
}
