import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HoldfastCloud, TARGET } from '../../support/holdfast-cloud.ts';

/** Writes what lies below the target to a directory. `empties` it too, for the next restore. */
export async function downloadTarget(
  { cloud, objects }: HoldfastCloud,
  directory: string,
  { empties = false } = {},
): Promise<void> {
  const { hostname: bucket, pathname } = new URL(TARGET);
  const prefix = `${pathname.slice(1)}/`;
  for await (const { key } of objects.list(bucket, prefix)) {
    const file = join(directory, key.slice(prefix.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, (await objects.get(bucket, key, 1 << 30))?.bytes ?? '');
    if (empties) await cloud.call('s3', 'DeleteObject', { Bucket: bucket, Key: key });
  }
}
