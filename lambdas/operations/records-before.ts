import type { Item, SnapshotRef } from '../../core/items.ts';
import { imagesOf } from '../../core/plan/newest-bases.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { systemSnapshotItems } from './read-system-snapshot.ts';

/** The root's images as the session found them when it began. */
export async function recordsBefore(objects: ObjectStore, bucket: string, ref: SnapshotRef) {
  const items: Item[] = [];
  for await (const item of systemSnapshotItems(objects, bucket, ref)) {
    if (item.sk.startsWith('image#')) items.push(item);
  }
  return imagesOf(items);
}
