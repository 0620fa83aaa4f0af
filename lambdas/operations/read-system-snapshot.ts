import { SystemSnapshotDamaged } from '../../core/errors/flag-errors.ts';
import type { Item, SnapshotRef } from '../../core/items.ts';
import { SystemSnapshotReader } from '../../core/system-snapshot.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** The items of a system snapshot, checked against its reference once they were all read. */
export async function* systemSnapshotItems(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  snapshot: SnapshotRef,
): AsyncIterable<Item> {
  const pieces = await objects.getStream(bucket, snapshot.key);
  const damaged = (why: string) =>
    new SystemSnapshotDamaged(
      `the system snapshot s3://${bucket}/${snapshot.key} ${why}; nothing was undone`,
      'look for an older version of the object (the bucket keeps them), then holdfast repair',
      { key: snapshot.key },
    );
  if (!pieces) throw damaged('is missing');
  const reader = new SystemSnapshotReader(pieces);
  yield* reader.items();
  const { items, sha256 } = reader.result();
  if (items !== snapshot.items || sha256 !== snapshot.sha256) {
    throw damaged(
      `has ${items} items and digest ${sha256.slice(0, 12)}…, recorded are ${snapshot.items} and ${snapshot.sha256.slice(0, 12)}…`,
    );
  }
}

/** Reads and verifies a whole system snapshot. @throws SystemSnapshotDamaged */
export async function readSystemSnapshot(
  objects: Pick<ObjectStore, 'getStream'>,
  bucket: string,
  snapshot: SnapshotRef,
): Promise<number> {
  let items = 0;
  for await (const _ of systemSnapshotItems(objects, bucket, snapshot)) items++;
  return items;
}
